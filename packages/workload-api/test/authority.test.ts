import { mkdtemp } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http2';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workloadApiDefinition } from '@blastradius/spiffe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAuthorityRefused } from '../src/authority-repair/authority.ts';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { FakeIdentities } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';
import { RawHttp2Client } from './raw-http2-client.ts';

const silent = { debug: () => {}, info: () => {}, warn: () => {} };
const FETCH = '/SpiffeWorkloadAPI/FetchX509SVID';
const closers: (() => unknown)[] = [];

let socketPath: string;
let source: FakeIdentities;
let api: WorkloadApi;

beforeEach(async () => {
  socketPath = join(await mkdtemp(join(tmpdir(), 'au-')), 'api.sock');
  source = new FakeIdentities();
  const served = { trustDomain: 'moltbook.test', source, jwt: new FakeJwtIdentities(), logger: silent };
  api = await startWorkloadApi({ socketPath, ...served });
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await api.close();
});

function open(path = socketPath): RawHttp2Client {
  const client = new RawHttp2Client(path);
  closers.push(() => client.close());
  return client;
}

/** Node's HTTP/2 without anything of ours before it. */
async function bareServer(): Promise<string> {
  const http2 = createServer();
  http2.on('stream', (stream, headers: IncomingHttpHeaders) => {
    stream.respond({ ':status': 200, seen: headers[':authority'] ?? '' });
    stream.end();
  });
  http2.on('sessionError', () => {});
  const server = createNetServer((socket) => http2.emit('connection', socket));
  const path = join(await mkdtemp(join(tmpdir(), 'au-')), 'bare.sock');
  await new Promise<void>((resolve) => server.listen(path, resolve));
  closers.push(() => server.close());
  return path;
}

describe('a client that sends a strange authority', () => {
  const strange = ['/run/spire/api.sock', 'unix:/a', ''];

  it.each(strange)('%j is refused by Node itself, which is what the repair is for', async (authority) => {
    const client = open(await bareServer());
    await expect(client.call('/x', authority)).rejects.toThrow();
    const control = open(await bareServer());
    expect((await control.call('/x', 'localhost')).fields[':status']).toBe('200');
  });

  it.each([...strange, undefined])(
    '%j gets its SVIDs, with several requests on one connection',
    async (authority) => {
      const client = open();
      for (let count = 0; count < 3; count++) {
        const { fields, messages } = await client.call(FETCH, authority);
        expect(fields[':status']).toBe('200');
        const { responseDeserialize } = workloadApiDefinition()['FetchX509SVID'] ?? {};
        expect(responseDeserialize?.(messages[0] ?? Buffer.of())).toMatchObject({
          svids: [{ spiffeId: 'spiffe://moltbook.test/agent/a' }],
        });
      }
      // Attested as the process at the other end of the socket, and not of anything in between.
      expect(source.seen[0]).toContain(`unix:path:${process.execPath}`);
    },
  );

  it.each(strange)('%j gets health and reflection', async (authority) => {
    const health = await open().call('/grpc.health.v1.Health/Check', authority);
    expect(health.fields['grpc-status']).toBeUndefined();
    expect(health.messages[0]).toEqual(Buffer.from([8, 1]));
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    expect((await open().call(path, authority)).fields[':status']).toBe('200');
  });

  it.each(strange)(
    '%j gets trailers where it is refused, and headers of many frames arrive',
    async (authority) => {
      const client = open();
      const extra = { 'x-large': 'v'.repeat(40_000) };
      const large = await client.call(FETCH, authority, { ...extra, 'workload.spiffe.io': 'false' });
      expect(large.fields['grpc-status']).toBe('3');
      expect((await client.call(FETCH, authority, extra)).messages).toHaveLength(1);
    },
  );

  it('and then garbage loses its own connection, and no other', async () => {
    const good = open();
    await good.call(FETCH, '/a');
    const bad = open();
    await bad.call(FETCH, '/a');
    const failing = bad.call(FETCH, '/a', { 'x-too-large': 'v'.repeat(70_000) });
    await expect(failing).rejects.toThrow();
    expect((await good.call(FETCH, '/a')).messages).toHaveLength(1);
  });
});

it('the repair refuses to repair nothing that Node takes, and takes nothing that Node refuses', async () => {
  const bare = await bareServer();
  const characters = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
  for (const character of characters) {
    const authority = `a${character}b`;
    const isTaken = await open(bare)
      .call('/x', authority)
      .then(
        () => true,
        () => false,
      );
    const field = { name: ':authority', value: authority, isSensitive: false };
    expect([authority, isAuthorityRefused([field])]).toEqual([authority, !isTaken]);
  }
});
