import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import type { X509Snapshot } from '../src/workload-identities.ts';
import { TestClient } from './call-workload-api.ts';
import { FakeIdentities, snapshotOf } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';
import { RawHttp2Client } from './raw-http2-client.ts';

const FETCH = '/SpiffeWorkloadAPI/FetchX509SVID';
const PUSHES = 300;
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let socketPath: string;
let source: FakeIdentities;
let api: WorkloadApi;
let encoded: number;

beforeEach(async () => {
  socketPath = join(await mkdtemp(join(tmpdir(), 'sr-')), 'api.sock');
  source = new FakeIdentities();
  encoded = 0;
  const served = { trustDomain: 'moltbook.test', source, jwt: new FakeJwtIdentities(), logger: silent };
  api = await startWorkloadApi({ socketPath, ...served });
});
afterEach(() => api.close());

/** A megabyte of identities, and a count of how many of such states were turned into a message. */
function megabyte(seed: number): X509Snapshot {
  const id = `spiffe://moltbook.test/agent/${seed}-`;
  const snapshot = snapshotOf(Array.from({ length: 1000 }, (_, index) => id.padEnd(1000, 'x') + index));
  return Object.defineProperty({ ...snapshot }, 'federatedBundles', {
    get: () => {
      encoded += 1;
      return snapshot.federatedBundles;
    },
  });
}

async function pushAll(): Promise<void> {
  for (let seed = 0; seed < PUSHES; seed++) {
    source.push(megabyte(seed));
    await wait(1);
  }
}

describe.each([['/the/socket'], ['localhost']])(
  'a client (:authority %s) that never reads its stream',
  (authority) => {
    it('has one message kept for it and no more, however much is pushed', async () => {
      source.current = megabyte(-1);
      const client = new RawHttp2Client(socketPath, 0);
      client.call(FETCH, authority).catch(() => {});
      await expect.poll(() => encoded).toBe(1);
      const { arrayBuffers: before } = process.memoryUsage();
      await pushAll();
      expect(encoded).toBe(1);
      // 300 MB were pushed.
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(30_000_000);
      client.close();
      await expect.poll(() => source.watchers.size).toBe(0);
    });
  },
);

it('a client that does read gets one state after another (control)', async () => {
  source.current = megabyte(-1);
  const client = new TestClient(socketPath);
  let received = 0;
  const call = client.stream('FetchX509SVID').on('data', () => received++);
  call.on('error', () => {});
  await expect.poll(() => received).toBe(1);
  for (let seed = 0; seed < 10; seed++) {
    source.push(megabyte(seed));
    await expect.poll(() => received).toBe(seed + 2);
  }
  expect(encoded).toBe(11);
  call.cancel();
  client.close();
});
