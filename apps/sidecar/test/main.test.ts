import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';

const issuer = new InTestIssuer();
beforeEach(() => issuer.start());
afterEach(() => issuer.stop());

async function startProcess(changes: NodeJS.ProcessEnv) {
  const socket = join(await mkdtemp(join(tmpdir(), 'main-')), 'api.sock');
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, ['--conditions=@blastradius/source', main], {
    env: {
      ISSUER_URL: issuer.url,
      TRUST_DOMAIN,
      JOIN_TOKEN,
      BOOTSTRAP_BUNDLE: issuer.bootstrapBundle,
      WORKLOAD_API_SOCKET: socket,
      ...changes,
    },
  });
  let log = '';
  child.stderr.on('data', (chunk) => {
    log += chunk;
  });
  const events = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await events.next()).value ?? 'null');
  return { child, socket, next, log: () => log };
}

it('is ready when it has joined and its socket serves, and ends with its starter', async () => {
  const { child, socket, next, log } = await startProcess({});
  expect(await next()).toEqual({ event: 'ready', url: `unix://${socket}` });
  expect((await stat(socket)).isSocket()).toBe(true);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
  await expect(stat(socket)).rejects.toThrow('ENOENT');
  expect(log()).not.toContain(JOIN_TOKEN);
});

it('says why it cannot go on, and ends with an error', async () => {
  const { child, next, log } = await startProcess({ JOIN_TOKEN: 'a-guessed-token' });
  expect(await next()).toMatchObject({ event: 'failed', code: 'issuer.refused' });
  expect(await once(child, 'exit')).toEqual([1, null]);
  expect(log()).not.toContain('a-guessed-token');
});
