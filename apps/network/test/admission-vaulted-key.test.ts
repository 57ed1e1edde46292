import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { keptHashed } from '@blastradius/credentials';
import { type AppProcess, type Postgres, startAppProcess, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import type { Caller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

const ROOT = 'hvs.FAKE-root-token-of-the-tests';
const folder = mkdtempSync(join(tmpdir(), 'vaulted-'));
let vault: AppProcess;
let postgres: Postgres;
let network: TestNetwork;
let anyone: Caller;
let registered: string;

async function ask(method: string, path: string, body?: unknown) {
  const answer = await fetch(`${vault.url}/v1/${path}`, {
    method,
    headers: { 'x-vault-token': ROOT },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return text === '' ? {} : JSON.parse(text).data;
}

beforeAll(async () => {
  const entry = fileURLToPath(new URL('../../vault/dist/main.js', import.meta.url));
  [vault, postgres] = await Promise.all([
    startAppProcess(entry, { VAULT_DEV_ROOT_TOKEN_ID: ROOT }),
    startPostgres(),
  ]);
  const policy = 'path "secret/data/agents/*" { capabilities = ["create", "update"] }';
  await ask('PUT', 'sys/policies/acl/network', { policy });
  await ask('POST', 'auth/approle/role/network', { token_policies: ['network'] });
  const { role_id } = await ask('GET', 'auth/approle/role/network/role-id');
  const { secret_id } = await ask('POST', 'auth/approle/role/network/secret-id');
  writeFileSync(join(folder, 'network.json'), JSON.stringify({ role_id, secret_id }), { mode: 0o600 });
  network = await startTestNetwork({
    ARM: 'vaulted-key',
    DATABASE_URL: await postgres.createDatabase('network'),
    VAULT_ADDR: vault.url,
    VAULT_APPROLE_FILE: join(folder, 'network.json'),
  });
  anyone = network.anonymous();
  const { body } = await anyone.post('/v1/agents/register', { name: 'Vaulted', description: '' });
  registered = body.agent.api_key;
});
afterAll(async () => {
  anyone.close();
  await network.stop();
  await Promise.all([vault.kill(), postgres.stop()]);
  rmSync(folder, { recursive: true });
});

const statusOf = async (key: string) =>
  (await anyone.get('/v1/agents/me', { authorization: `Bearer ${key}` })).status;
const reset = async () => (await callOperator(network.operatorSocket, 'POST', '/operator/key-resets')).body;
const stateOf = async (campaignId: string) =>
  (await callOperator(network.operatorSocket, 'GET', `/operator/key-resets/${campaignId}`)).body.state;

describe('keys that lie in a vault', () => {
  test('the vault has the key, and the table only its hash', async () => {
    const { data, metadata } = await ask('GET', 'secret/data/agents/Vaulted');
    expect([data, metadata.version]).toEqual([{ api_key: registered }, 1]);
    const { rows } = await postgres.query<{ api_key: string }>('network', 'select api_key from agents');
    expect(rows).toEqual([{ api_key: keptHashed(registered) }]);
    expect([await statusOf(registered), await statusOf(keptHashed(registered))]).toEqual([200, 401]);
  });

  test('a name that is taken leaves the key of the agent that has it', async () => {
    expect((await anyone.post('/v1/agents/register', { name: 'Vaulted', description: '' })).status).toBe(409);
    expect((await ask('GET', 'secret/data/agents/Vaulted')).metadata.version).toBe(1);
  });

  test('a reset writes a new version, which works, and nobody hands it out', async () => {
    const { campaignId } = await reset();
    await expect.poll(() => stateOf(campaignId), { timeout: 20_000 }).toBe('finished');
    const { data, metadata } = await ask('GET', 'secret/data/agents/Vaulted');
    expect(metadata.version).toBe(2);
    expect([await statusOf(registered), await statusOf(data.api_key)]).toEqual([401, 200]);
    const handed = await callOperator(network.operatorSocket, 'POST', '/operator/agents/Vaulted/key');
    expect(handed).toMatchObject({ status: 409, body: { code: 'key-reset.in-vault' } });
  });

  test('while the vault is away a reset ends no key: nobody could fetch the new one', async () => {
    const { data } = await ask('GET', 'secret/data/agents/Vaulted');
    await vault.kill();
    const { campaignId } = await reset();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect([await stateOf(campaignId), await statusOf(data.api_key)]).toEqual(['running', 200]);
  });
});
