import { statSync } from 'node:fs';
import { networkOperator } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import type { Caller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';
import { startTrustDomain } from './start-trust-domain.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

describe('in arm static-key, the operator', () => {
  let network: TestNetwork;
  let anyone: Caller;
  const keys = new Map<string, string>();
  const call = (method: string, path: string, body?: unknown) =>
    callOperator(network.operatorSocket, method, path, body);
  const statusOf = async (apiKey: string | undefined) =>
    (await anyone.get('/v1/agents/status', { authorization: `Bearer ${apiKey}` })).status;

  beforeAll(async () => {
    network = await startTestNetwork({
      ARM: 'static-key',
      DATABASE_URL: await postgres.createDatabase('keyed'),
      KEY_RESET_BATCH_SIZE: '4',
    });
    anyone = network.anonymous();
    for (let n = 0; n < 10; n++) {
      const { body } = await anyone.post('/v1/agents/register', { name: `Agent${n}`, description: '' });
      keys.set(`Agent${n}`, body.agent.api_key);
    }
  });
  afterAll(async () => {
    anyone.close();
    await network.stop();
  });

  test('is reached by this process’s own user only', () => {
    expect(statSync(network.operatorSocket).mode & 0o777).toBe(0o600);
  });

  test('hands out no key of an agent that was not reset, or does not exist', async () => {
    expect((await call('POST', '/operator/agents/Agent0/key')).status).toBe(409);
    expect((await call('POST', '/operator/agents/Nobody/key')).status).toBe(404);
  });

  test('resets every key, remembers when, and hands each new one out once', async () => {
    const started = await call('POST', '/operator/key-resets');
    expect(started.status).toBe(202);
    const { campaignId } = networkOperator.keyResetAnswer.parse(started.body);
    const status = async () =>
      networkOperator.keyResetStatus.parse((await call('GET', `/operator/key-resets/${campaignId}`)).body);
    await expect.poll(async () => (await status()).state, { timeout: 20_000 }).toBe('finished');
    const { agents, reset, resets } = await status();
    expect([agents, reset]).toEqual([10, 10]);
    expect(resets.map(({ agent }) => agent).sort()).toEqual([...keys.keys()].sort());
    expect(resets.every(({ atMs }) => Math.abs(Date.now() - atMs) < 30_000)).toBe(true);
    for (const oldKey of keys.values()) expect(await statusOf(oldKey)).toBe(401);

    const handed = await call('POST', '/operator/agents/agent3/key');
    expect(handed.status).toBe(200);
    const { agent, apiKey } = networkOperator.ownerKeyAnswer.parse(handed.body);
    expect(agent).toBe('Agent3');
    expect(await statusOf(apiKey)).toBe(200);
    expect((await call('POST', '/operator/agents/Agent3/key')).status).toBe(409);
  });

  test('may run a further campaign, and each hands out anew', async () => {
    const { body } = await call('POST', '/operator/key-resets');
    const path = `/operator/key-resets/${body.campaignId}`;
    await expect.poll(async () => (await call('GET', path)).body.state, { timeout: 20_000 }).toBe('finished');
    expect((await call('POST', '/operator/agents/Agent3/key')).status).toBe(200);
    const unknown = '/operator/key-resets/00000000-0000-4000-8000-000000000000';
    expect((await call('GET', unknown)).status).toBe(404);
  });

  test('links an owner whom it verified', async () => {
    const owner = { x_handle: '@ada', x_name: 'Ada', email: 'ada@example.org' };
    expect((await call('PUT', '/operator/agents/Agent1/owner', owner)).status).toBe(200);
    const { rows } = await postgres.query('keyed', 'select email, x_handle, x_name from owners');
    expect(rows).toEqual([{ ...owner, x_handle: 'ada' }]);
    expect((await call('PUT', '/operator/agents/Nobody/owner', owner)).status).toBe(404);
  });

  test('has no door on the public port', async () => {
    expect((await anyone.post('/operator/key-resets')).status).toBe(404);
  });
});

describe('in arm x509-svid, the operator', () => {
  test('finds nothing to reset', async () => {
    const trustDomain = await startTrustDomain();
    const network = await startTestNetwork({
      ARM: 'x509-svid',
      DATABASE_URL: await postgres.createDatabase('keyless'),
      SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
    });
    const refused = await callOperator(network.operatorSocket, 'POST', '/operator/key-resets');
    expect(refused).toMatchObject({ status: 409, body: { code: 'key-reset.nothing-to-reset' } });
    const key = await callOperator(network.operatorSocket, 'POST', '/operator/agents/Agent0/key');
    expect(key.status).toBe(409);
    await network.stop();
    await trustDomain.close();
  });
});
