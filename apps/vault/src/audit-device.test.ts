import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLedgers } from '@blastradius/ledger';
import { afterAll, expect, it } from 'vitest';
import { createServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'vault-audit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('names whose token each answer was for, and holds no secret', async () => {
  const rootToken = 'hvs.FAKEroot000000000000';
  const ledgerFile = join(folder, 'vault.jsonl');
  const server = createServer({ rootToken, ledgerFile });
  const ask = async (method: 'GET' | 'POST' | 'PUT', path: string, token?: string, body?: object) => {
    const headers = token === undefined ? {} : { 'x-vault-token': token };
    const payload = body === undefined ? {} : { payload: body };
    const answer = await server.inject({ method, url: `/v1/${path}`, headers, ...payload });
    return answer.body === '' ? {} : answer.json();
  };
  const policy = JSON.stringify({ path: { 'secret/data/agents/Ada': { capabilities: ['read'] } } });
  await ask('PUT', 'sys/policies/acl/host', rootToken, { policy });
  await ask('POST', 'auth/approle/role/host', rootToken, { token_policies: ['host'] });
  const { role_id } = (await ask('GET', 'auth/approle/role/host/role-id', rootToken)).data;
  const { secret_id } = (await ask('POST', 'auth/approle/role/host/secret-id', rootToken)).data;
  const { client_token } = (await ask('POST', 'auth/approle/login', undefined, { role_id, secret_id })).auth;
  await ask('GET', 'secret/data/agents/Bob', client_token);
  await server.close();
  const records = readLedgers(folder);
  expect(records.at(-2)).toMatchObject({ path: 'auth/approle/login', status: 200, role: null });
  expect(records.at(-1)).toMatchObject({ path: 'secret/data/agents/Bob', status: 403, role: 'host' });
  const text = readFileSync(ledgerFile, 'utf8');
  for (const secret of [rootToken, secret_id, client_token]) expect(text).not.toContain(secret);
});
