import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorkloadApi, type WorkloadApi } from '../src/start-workload-api.ts';
import { TestClient } from './call-workload-api.ts';
import { FakeIdentities, snapshotOf } from './fake-identities.ts';
import { FakeJwtIdentities } from './fake-tokens.ts';

let folder: string;
let socketPath: string;
let source: FakeIdentities;
let api: WorkloadApi;
let warnings: string[];
let clients: TestClient[];
let received: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sf-'));
  socketPath = join(folder, 'api.sock');
  source = new FakeIdentities();
  warnings = [];
  clients = [];
  received = 0;
  const warn = (_context: object, message: string) => void warnings.push(message);
  const logger = { debug: () => {}, info: () => {}, warn };
  const served = { trustDomain: 'moltbook.test', source, jwt: new FakeJwtIdentities(), logger };
  api = await startWorkloadApi({ socketPath, ...served });
  await callerArrives();
});
afterEach(async () => {
  for (const client of clients) client.close();
  await api.close();
});

/** Somebody new, who stays, and whose stream is counted. */
async function callerArrives(): Promise<void> {
  const client = new TestClient(socketPath);
  clients.push(client);
  const before = received;
  const call = client.stream('FetchX509SVID').on('data', () => received++);
  call.on('error', () => {});
  await expect.poll(() => received, { timeout: 10_000 }).toBe(before + 1);
}

async function streamsGoOn(): Promise<void> {
  const before = received;
  source.push(snapshotOf([`spiffe://moltbook.test/agent/${before}`]));
  await expect.poll(() => received).toBe(before + clients.length);
}

const isBack = () => expect.poll(() => api.isReachable, { timeout: 10_000 }).toBe(true);
const isAway = () => expect.poll(() => api.isReachable, { timeout: 10_000 }).toBe(false);

describe('a Workload API whose socket', () => {
  it('is removed listens on it again, for everybody, and its streams go on', async () => {
    await rm(socketPath);
    await streamsGoOn();
    await expect.poll(() => warnings, { timeout: 10_000 }).toHaveLength(1);
    expect(warnings).toEqual(['the socket was gone; listens on it again']);
    expect((await stat(socketPath)).mode & 0o777).toBe(0o777);
    await callerArrives();
    await streamsGoOn();
  });

  it('is removed with its folder says so once, and comes back with the folder', async () => {
    await rename(folder, `${folder}-away`);
    await isAway();
    await streamsGoOn();
    await mkdir(folder);
    await isBack();
    await callerArrives();
    expect(warnings).toEqual(['new callers cannot reach us', 'the socket was gone; listens on it again']);
  });

  it('was replaced by that of another server leaves it alone, and comes back after it', async () => {
    await rm(socketPath);
    const other = createServer((socket) => socket.destroy()).listen(socketPath);
    await once(other, 'listening');
    await isAway();
    await streamsGoOn();
    expect(warnings).toEqual(['new callers cannot reach us']);
    expect((await stat(socketPath)).isSocket()).toBe(true);
    other.close();
    await isBack();
    await callerArrives();
  });

  it('was replaced by another file touches it neither then nor when it closes', async () => {
    await rm(socketPath);
    await writeFile(socketPath, 'not a socket');
    await isAway();
    await api.close();
    expect(await readdir(folder)).toEqual(['api.sock']);
  });

  it('is left alone looks for it and does nothing (control)', async () => {
    const { ino } = await stat(socketPath);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await stat(socketPath)).ino).toBe(ino);
    expect(warnings).toEqual([]);
  });
});
