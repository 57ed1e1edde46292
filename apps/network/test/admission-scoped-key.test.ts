import { networkOperator } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import type { Caller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

let postgres: Postgres;
let network: TestNetwork;
let anyone: Caller;
let readKey: string;
let writeKey: string;

beforeAll(async () => {
  postgres = await startPostgres();
  network = await startTestNetwork({
    ARM: 'scoped-key',
    DATABASE_URL: await postgres.createDatabase('network'),
  });
  anyone = network.anonymous();
  const { body } = await anyone.post('/v1/agents/register', { name: 'Scoped', description: '' });
  ({ api_key: readKey, write_key: writeKey } = body.agent);
});
afterAll(async () => {
  anyone.close();
  await network.stop();
  await postgres.stop();
});

const showing = (key: string, requestId = 'some') => ({
  authorization: `Bearer ${key}`,
  'x-request-id': requestId,
});
const post = { submolt: 'general', title: 'A title', content: 'Some content' };

describe('admission by keys with scopes', () => {
  test('hands out two keys, one for each scope', () => {
    expect(readKey).toMatch(/^moltbook_sk_/);
    expect(writeKey).toMatch(/^moltbook_sk_/);
    expect(writeKey).not.toBe(readKey);
  });

  test('lets each key do what its scope is for', async () => {
    expect((await anyone.get('/v1/feed', showing(readKey))).status).toBe(200);
    expect((await anyone.post('/v1/posts', post, showing(writeKey))).status).toBe(201);
  });

  test('refuses to write with the key that reads, says so, and names the agent in the audit', async () => {
    const refused = await anyone.post('/v1/posts', post, showing(readKey, 'reads-only'));
    expect(refused.status).toBe(403);
    expect(network.auditOf('reads-only')).toMatchObject({
      decision: 'denied',
      reason: 'admission.insufficient-scope',
      agent: 'Scoped',
    });
  });

  test('refuses to read with the key that writes', async () => {
    expect((await anyone.get('/v1/feed', showing(writeKey, 'writes-only'))).status).toBe(403);
    expect(network.auditOf('writes-only')).toMatchObject({ reason: 'admission.insufficient-scope' });
  });

  test.each([
    ['read', () => readKey],
    ['write', () => writeKey],
  ])('tells whoever holds the key that may %s whose it is', async (_, key) => {
    const { status, body } = await anyone.get('/v1/agents/me', showing(key()));
    expect([status, body.agent.name]).toEqual([200, 'Scoped']);
  });

  test('a reset ends both keys, and the owner gets both anew', async () => {
    const { body } = await callOperator(network.operatorSocket, 'POST', '/operator/key-resets');
    const path = `/operator/key-resets/${body.campaignId}`;
    const state = async () => (await callOperator(network.operatorSocket, 'GET', path)).body.state;
    await expect.poll(state, { timeout: 20_000 }).toBe('finished');
    expect((await anyone.get('/v1/feed', showing(readKey))).status).toBe(401);
    expect((await anyone.post('/v1/posts', post, showing(writeKey))).status).toBe(401);
    const handed = await callOperator(network.operatorSocket, 'POST', '/operator/agents/Scoped/key');
    const fresh = networkOperator.ownerKeyAnswer.parse(handed.body);
    expect((await anyone.get('/v1/feed', showing(fresh.apiKey))).status).toBe(200);
    expect((await anyone.post('/v1/posts', post, showing(fresh.writeKey ?? ''))).status).toBe(201);
  });
});
