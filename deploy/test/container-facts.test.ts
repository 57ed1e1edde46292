import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
// By its path: the root is no user of its own packages.
import { readImageDigest } from '../../apps/operator/src/policies/agent-image.ts';
import { root } from './engine.ts';

const ID = 'a'.repeat(64);
const IMAGE = 'blastradius/fleet:local';
const DIGEST = `sha256:${'1'.repeat(64)}`;
const CONTAINER = {
  Id: ID,
  Image: DIGEST,
  Args: ['secret-argument'],
  Mounts: ['secret-mount'],
  State: { Running: true, Pid: 7 },
  Config: { Image: IMAGE, Labels: { a: 'b' }, Env: ['PASSWORD=secret-environment'], Cmd: ['secret-command'] },
};

let folder: string;
let engine: Server;
let gatekeeper: ChildProcess;
let asked: string[];
let answers: Record<string, unknown>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'facts-'));
  asked = [];
  answers = {
    '/_ping': 'OK',
    [`/containers/${ID}/json`]: CONTAINER,
    [`/images/${IMAGE}/json`]: { Id: DIGEST },
  };
  engine = createServer(({ method, url = '' }, response) => {
    asked.push(`${method} ${url}`);
    const answer = answers[url];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
  });
  await once(engine.listen(join(folder, 'engine.sock')), 'listening');
  gatekeeper = start(join(folder, 'engine.sock'));
  await expect
    .poll(() => statSync(join(folder, 'facts.sock'), { throwIfNoEntry: false })?.mode)
    .toBeDefined();
});
afterEach(() => {
  gatekeeper.kill('SIGKILL');
  engine.closeAllConnections();
  engine.close();
  rmSync(folder, { recursive: true });
});

const start = (engineSocket: string) =>
  spawn(process.execPath, [
    join(root, 'deploy/container-facts.mjs'),
    engineSocket,
    join(folder, 'facts.sock'),
    IMAGE,
  ]);

async function ask(path: string, method = 'GET'): Promise<{ status: number | undefined; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; text: string }>();
  const call = request({ socketPath: join(folder, 'facts.sock'), method, path }, async (answer) =>
    resolve({ status: answer.statusCode, text: Buffer.concat(await answer.toArray()).toString() }),
  );
  call.on('error', reject).end();
  return promise;
}

test('tells which image a container is of, and nothing that may be secret', async () => {
  const { status, text } = await ask(`/containers/${ID}`);
  expect(status).toBe(200);
  expect(JSON.parse(text)).toEqual({
    id: ID,
    imageId: DIGEST,
    imageName: IMAGE,
    labels: { a: 'b' },
    pid: 7,
  });
});

test('tells the digest of an image that it was told to tell about, as the operator asks for it', async () => {
  expect(await readImageDigest(join(folder, 'facts.sock'), IMAGE)).toBe(DIGEST);
  answers['/images/other:1/json'] = { Id: DIGEST };
  await expect(readImageDigest(join(folder, 'facts.sock'), 'other:1')).rejects.toMatchObject({
    code: 'operator.image-unknown',
  });
});

test('knows no container that does not run, and no other than it was asked for', async () => {
  answers[`/containers/${ID}/json`] = { ...CONTAINER, State: { Running: false, Pid: 0 } };
  expect((await ask(`/containers/${ID}`)).status).toBe(404);
  answers[`/containers/${ID}/json`] = { ...CONTAINER, Id: 'b'.repeat(64) };
  expect((await ask(`/containers/${ID}`)).status).toBe(404);
});

test.each([
  ['GET', '/containers/json'],
  ['GET', `/containers/${ID.slice(1)}`],
  ['GET', `/containers/${ID}/json`],
  ['GET', `/containers/${ID}?all=1`],
  ['GET', `/containers/${ID}%2Fjson`],
  ['GET', `/containers/../images/json`],
  ['GET', '/images/json'],
  ['GET', `/images/${IMAGE}`],
  ['POST', `/containers/${ID}`],
  ['POST', '/containers/create'],
  ['DELETE', `/containers/${ID}`],
])('never lets %s %s through to the engine', async (method, path) => {
  asked.length = 0;
  expect((await ask(path, method)).status).toBe(404);
  expect(asked).toEqual([]);
});

test('says that the engine is away, or in trouble', async () => {
  engine.close();
  engine.closeAllConnections();
  expect((await ask(`/containers/${ID}`)).status).toBe(502);
  engine = createServer((_, response) => response.writeHead(500).end());
  await once(engine.listen(join(folder, 'engine.sock')), 'listening');
  expect((await ask(`/containers/${ID}`)).status).toBe(502);
});

test('does not start without the engine, and says which socket it tried', async () => {
  const none = start(join(folder, 'none.sock'));
  let complaint = '';
  none.stderr?.on('data', (chunk) => (complaint += chunk));
  const [status] = await once(none, 'close');
  expect(status).toBe(1);
  expect(complaint).toContain('none.sock');
});
