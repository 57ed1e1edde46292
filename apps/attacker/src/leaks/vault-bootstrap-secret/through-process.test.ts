import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createThiefFetch, presentNothing } from '../../engine/thief-fetch.ts';
import { vaultWays } from './through-process.ts';

const keyOf = (agent: string, version = 1) => `moltbook_sk_FAKE${agent}${version}`.padEnd(44, 'x');

/** Knows one host, whose agents are Crab and Eel; `version` is that of their keys. */
async function startVault(secretId: string) {
  const vault = { version: 1, url: '' };
  const answer = async (request: IncomingMessage): Promise<[number, object]> => {
    if (request.url === '/v1/auth/approle/login') {
      const text = (await request.toArray()).join('');
      return JSON.parse(text).secret_id === secretId ? [200, { auth: { client_token: 'FAKE' } }] : [400, {}];
    }
    const [, agent = ''] = /^\/v1\/secret\/data\/agents\/(Crab|Eel)$/.exec(request.url ?? '') ?? [];
    if (agent === '' || request.headers['x-vault-token'] !== 'FAKE') return [403, {}];
    return [200, { data: { data: { api_key: keyOf(agent, vault.version) } } }];
  };
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  vault.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return vault;
}

async function startProcess(env: Record<string, string>): Promise<number> {
  const child = spawn(process.execPath, ['-e', 'console.log(1); setInterval(() => {}, 1000)'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  onTestFinished(() => void child.kill());
  await once(child.stdout, 'data');
  return child.pid ?? 0;
}

test('whoever stands beside an agent’s process logs in to the vault as its host, and again after a change', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'approle-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'agent-host.json');
  writeFileSync(file, JSON.stringify({ role_id: 'agent-host', secret_id: 'secret zero' }));
  const vault = await startVault('secret zero');
  const pids = [
    await startProcess({ VAULT_ADDR: vault.url, VAULT_APPROLE_FILE: file }),
    await startProcess({ VAULT_ADDR: vault.url, VAULT_APPROLE_FILE: join(folder, 'none.json') }),
    await startProcess({}),
  ];
  const nothing = presentNothing();
  onTestFinished(() => nothing.close());
  const ways = vaultWays(pids, { fetch: createThiefFetch(nothing), publicNames: ['Crab', 'Eel', 'Ray'] });
  const look = async () =>
    (await Promise.all(ways.map((way) => way.look()))).map((taken) => taken.credentials);
  const keys = (version: number) =>
    ['Crab', 'Eel'].map((agent) => ({ kind: 'api-key', apiKey: keyOf(agent, version), agent }));
  expect(await look()).toEqual([keys(1), [], []]);
  vault.version = 2;
  expect(await look()).toEqual([keys(2), [], []]);
});
