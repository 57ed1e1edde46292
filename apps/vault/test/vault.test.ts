import { fileURLToPath } from 'node:url';
import { VaultClient, VaultRefused } from '@blastradius/credentials';
import { type AppProcess, startAppProcess } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const ROOT = 'hvs.FAKE-root-token-of-the-tests';
let vault: AppProcess;

beforeAll(async () => {
  vault = await startAppProcess(fileURLToPath(new URL('../dist/main.js', import.meta.url)), {
    VAULT_DEV_ROOT_TOKEN_ID: ROOT,
  });
});
afterAll(async () => {
  expect(await vault.terminate()).toBe(0);
});

async function call(method: string, path: string, body?: unknown, token: string | null = ROOT) {
  const answer = await fetch(`${vault.url}/v1/${path}`, {
    method,
    ...(token === null ? {} : { headers: { 'X-Vault-Token': token } }),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? null : JSON.parse(text) };
}

/** A role that may read one secret, and what logs in to it. */
async function roleFor(name: string, terms: object = {}) {
  const policy = `path "secret/data/agents/${name}" { capabilities = ["read"] }`;
  expect((await call('PUT', `sys/policies/acl/${name}`, { policy })).status).toBe(204);
  const role = { token_policies: [name], token_ttl: '20m', token_max_ttl: '30m', ...terms };
  expect((await call('POST', `auth/approle/role/${name}`, role)).status).toBe(204);
  const { body: id } = await call('GET', `auth/approle/role/${name}/role-id`);
  const { body: secret } = await call('POST', `auth/approle/role/${name}/secret-id`);
  return { role_id: id.data.role_id as string, secret_id: secret.data.secret_id as string };
}

async function loginAs(credentials: object) {
  const { status, body } = await call('POST', 'auth/approle/login', credentials, null);
  expect(status).toBe(200);
  return body.auth;
}

describe('what it is', () => {
  test('says in every answer, in its version and in its seal that it is a stand-in', async () => {
    const health = await call('GET', 'sys/health', undefined, null);
    expect(health.status).toBe(200);
    expect(health.headers.get('x-vault-stand-in')).toBe('blastradius');
    expect(health.body).toMatchObject({ initialized: true, sealed: false, standby: false });
    expect(health.body.version).toContain('stand-in');
    expect((await call('GET', 'sys/seal-status', undefined, null)).body).toMatchObject({
      type: 'stand-in',
      sealed: false,
      storage_type: 'inmem',
    });
    expect((await call('GET', 'secret/data/x', undefined, null)).headers.get('x-vault-stand-in')).toBe(
      'blastradius',
    );
  });

  test('answers what it does not know as Vault does', async () => {
    expect(await call('GET', 'transit/keys/x')).toMatchObject({
      status: 404,
      body: { errors: ['no handler for route "transit/keys/x". route entry not found.'] },
    });
  });
});

// The sample requests and answers of Vault's API documentation, KV version 2.
describe('KV v2', () => {
  test('writes and reads the documented example, with its metadata', async () => {
    const payload = { options: { cas: 0 }, data: { foo: 'bar', zip: 'zap' } };
    const written = await call('POST', 'secret/data/my-secret', payload);
    expect(written.status).toBe(200);
    expect(written.body.data).toMatchObject({ deletion_time: '', destroyed: false, version: 1 });
    const read = await call('GET', 'secret/data/my-secret');
    expect(read.body.data.data).toEqual({ foo: 'bar', zip: 'zap' });
    expect(read.body.data.metadata).toEqual({
      created_time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
      custom_metadata: null,
      deletion_time: '',
      destroyed: false,
      version: 1,
    });
    expect(read.body).toMatchObject({ lease_id: '', renewable: false, lease_duration: 0, auth: null });
  });

  test('check-and-set: writes only after the version that was named', async () => {
    const stale = await call('POST', 'secret/data/my-secret', { options: { cas: 0 }, data: { foo: 'no' } });
    expect(stale).toMatchObject({
      status: 400,
      body: { errors: ['check-and-set parameter did not match the current version'] },
    });
    const fresh = await call('POST', 'secret/data/my-secret', { options: { cas: 1 }, data: { foo: 'two' } });
    expect(fresh.body.data.version).toBe(2);
    await call('POST', 'secret/metadata/my-secret', { cas_required: true });
    expect(await call('POST', 'secret/data/my-secret', { data: { foo: 'three' } })).toMatchObject({
      status: 400,
      body: { errors: ['check-and-set parameter required for this call'] },
    });
  });

  test('keeps versions: an old one can be read, a deleted one comes back, a destroyed one does not', async () => {
    for (const n of ['1', '2', '3']) await call('POST', 'secret/data/versions', { data: { n } });
    const version = async (number: number) => call('GET', `secret/data/versions?version=${number}`);
    expect((await version(2)).body.data.data).toEqual({ n: '2' });
    expect((await call('DELETE', 'secret/data/versions')).status).toBe(204);
    const gone = await call('GET', 'secret/data/versions');
    expect([gone.status, gone.body.data.data]).toEqual([404, null]);
    expect(gone.body.data.metadata.deletion_time).not.toBe('');
    await call('POST', 'secret/undelete/versions', { versions: [3] });
    expect((await call('GET', 'secret/data/versions')).body.data.data).toEqual({ n: '3' });
    await call('PUT', 'secret/destroy/versions', { versions: [3] });
    await call('POST', 'secret/undelete/versions', { versions: [3] });
    expect((await version(3)).status).toBe(404);
    const { body } = await call('GET', 'secret/metadata/versions');
    expect(body.data).toMatchObject({ current_version: 3, oldest_version: 1 });
    expect(body.data.versions['3']).toMatchObject({ destroyed: true });
  });

  test('lists what lies below, forgets a secret with all of its versions, and knows none that is not there', async () => {
    await call('POST', 'secret/data/list/a', { data: {} });
    await call('POST', 'secret/data/list/b/c', { data: {} });
    expect((await call('GET', 'secret/metadata/list?list=true')).body.data.keys).toEqual(['a', 'b/']);
    expect((await call('DELETE', 'secret/metadata/list/a')).status).toBe(204);
    expect(await call('GET', 'secret/data/list/a')).toMatchObject({ status: 404, body: { errors: [] } });
  });
});

describe('AppRole', () => {
  test('logs in with role id and secret id, and the token may do what the role’s policy says, and no more', async () => {
    await call('POST', 'secret/data/agents/Ada', { data: { api_key: 'of Ada' } });
    await call('POST', 'secret/data/agents/Bob', { data: { api_key: 'of Bob' } });
    const auth = await loginAs(await roleFor('Ada'));
    expect(auth).toMatchObject({
      token_policies: ['default', 'Ada'],
      metadata: { role_name: 'Ada' },
      lease_duration: 1200,
      renewable: true,
      token_type: 'service',
    });
    const token = auth.client_token;
    expect((await call('GET', 'secret/data/agents/Ada', undefined, token)).body.data.data).toEqual({
      api_key: 'of Ada',
    });
    const denied = { status: 403, body: { errors: ['permission denied'] } };
    expect(await call('GET', 'secret/data/agents/Bob', undefined, token)).toMatchObject(denied);
    expect(await call('POST', 'secret/data/agents/Ada', { data: {} }, token)).toMatchObject(denied);
    expect(await call('GET', 'auth/approle/role/Ada/role-id', undefined, token)).toMatchObject(denied);
    expect(await call('PUT', 'sys/policies/acl/Ada', { policy: 'path "*" {}' }, token)).toMatchObject(denied);
  });

  test.each([
    ['another secret id', (right: object) => ({ ...right, secret_id: 'another' })],
    ['another role id', (right: object) => ({ ...right, role_id: 'another' })],
  ])('refuses %s, and says not which of the two was wrong', async (_, wrong) => {
    const right = await roleFor('Wrong');
    expect(await call('POST', 'auth/approle/login', wrong(right), null)).toMatchObject({
      status: 400,
      body: { errors: ['invalid role or secret ID'] },
    });
    expect((await call('POST', 'auth/approle/login', right, null)).status).toBe(200);
  });

  test('a secret id ends with its uses, and where it is destroyed', async () => {
    const once = await roleFor('Once', { secret_id_num_uses: 1 });
    await loginAs(once);
    expect((await call('POST', 'auth/approle/login', once, null)).status).toBe(400);
    const destroyed = await roleFor('Destroyed');
    await call('POST', 'auth/approle/role/Destroyed/secret-id/destroy', { secret_id: destroyed.secret_id });
    expect((await call('POST', 'auth/approle/login', destroyed, null)).status).toBe(400);
  });
});

describe('tokens', () => {
  const status = async (token: string) =>
    (await call('GET', 'auth/token/lookup-self', undefined, token)).status;

  test.each([null, 'hvs.unknown', ''])('none, or an unknown one, may do nothing (%s)', async (token) => {
    expect(await call('GET', 'secret/data/my-secret', undefined, token)).toMatchObject({
      status: 403,
      body: { errors: ['permission denied'] },
    });
  });

  test('end by themselves, and a renewal never leads beyond the longest life', async () => {
    const { client_token: token } = await loginAs(
      await roleFor('Short', { token_ttl: '1s', token_max_ttl: '2s' }),
    );
    const renewed = await call('POST', 'auth/token/renew-self', { increment: '1h' }, token);
    expect(renewed.body.auth.lease_duration).toBeLessThanOrEqual(2);
    expect(await status(token)).toBe(200);
    await expect.poll(() => status(token), { timeout: 10_000 }).toBe(403);
  });

  test('are revoked by themselves or by who may', async () => {
    const credentials = await roleFor('Revoked');
    const [one, other] = [await loginAs(credentials), await loginAs(credentials)];
    expect((await call('POST', 'auth/token/revoke-self', undefined, one.client_token)).status).toBe(204);
    expect([await status(one.client_token), await status(other.client_token)]).toEqual([403, 200]);
    expect((await call('POST', 'auth/token/revoke', { token: other.client_token })).status).toBe(204);
    expect(await status(other.client_token)).toBe(403);
  });
});

describe('our client', () => {
  test('logs in by itself, and again when its token has ended; without the right secret id it gets nothing', async () => {
    await call('POST', 'secret/data/agents/Client', { data: { api_key: 'k' } });
    const credentials = await roleFor('Client', { token_ttl: '1s', token_max_ttl: '1s' });
    const client = new VaultClient(vault.url, () => credentials);
    expect(await client.read('agents/Client')).toEqual({ fields: { api_key: 'k' }, version: 1 });
    await new Promise((resolve) => setTimeout(resolve, 1200));
    await call('POST', 'secret/data/agents/Client', { data: { api_key: 'k2' } });
    expect(await client.read('agents/Client')).toEqual({ fields: { api_key: 'k2' }, version: 2 });
    await expect(client.read('agents/Ada')).rejects.toThrow(VaultRefused);
    const stranger = new VaultClient(vault.url, () => ({ ...credentials, secret_id: 'guessed' }));
    await expect(stranger.read('agents/Client')).rejects.toThrow(VaultRefused);
  });
});
