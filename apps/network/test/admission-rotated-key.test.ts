import { networkOperator } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import type { Caller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());

/** A network with one agent, whose keys are replaced once a period. */
async function rotating(database: string, order: { periodSeconds: number; overlapSeconds: number }) {
  const network = await startTestNetwork({
    ARM: 'rotated-key',
    DATABASE_URL: await postgres.createDatabase(database),
  });
  const anyone = network.anonymous();
  const { body } = await anyone.post('/v1/agents/register', { name: 'Rotated', description: '' });
  const put = async () =>
    (await callOperator(network.operatorSocket, 'PUT', '/operator/key-rotation', order)).status;
  expect(await put()).toBe(204);
  return { network, anyone, first: body.agent.api_key as string, put };
}

async function replacedAfter(network: TestNetwork, afterMs: number) {
  const path = `/operator/replaced-keys?afterMs=${afterMs}`;
  const { body } = await callOperator(network.operatorSocket, 'GET', path);
  return networkOperator.replacedKeysAnswer.parse(body).keys;
}

const statusOf = async (anyone: Caller, key: string) =>
  (await anyone.get('/v1/agents/me', { authorization: `Bearer ${key}` })).status;

describe('keys that are replaced on schedule', () => {
  test('a key ends by itself, after the overlap, and nobody has reset it', async () => {
    const { network, anyone, first, put } = await rotating('rotating', {
      periodSeconds: 3,
      overlapSeconds: 1,
    });
    expect(await put()).toBe(204);
    await expect
      .poll(async () => (await replacedAfter(network, 0))[0]?.agent, { timeout: 20_000 })
      .toBe('Rotated');
    await expect.poll(() => statusOf(anyone, first), { timeout: 20_000 }).toBe(401);
    const reasons = network.audit().map(({ reason }) => reason);
    expect(reasons).toContain('admission.unknown-key');
    anyone.close();
    await network.stop();
  });

  test('while the overlap lasts the key before is taken beside the new one, until a reset ends both', async () => {
    const { network, anyone, first } = await rotating('overlapping', {
      periodSeconds: 15,
      overlapSeconds: 600,
    });
    await expect
      .poll(async () => (await replacedAfter(network, 0)).length, { timeout: 40_000, interval: 50 })
      .toBe(1);
    const [replaced] = await replacedAfter(network, 0);
    expect(replaced?.apiKey).not.toBe(first);
    expect([await statusOf(anyone, first), await statusOf(anyone, replaced?.apiKey ?? '')]).toEqual([
      200, 200,
    ]);
    const { body } = await callOperator(network.operatorSocket, 'POST', '/operator/key-resets');
    const path = `/operator/key-resets/${body.campaignId}`;
    const state = async () => (await callOperator(network.operatorSocket, 'GET', path)).body.state;
    await expect.poll(state, { timeout: 20_000 }).toBe('finished');
    expect([await statusOf(anyone, first), await statusOf(anyone, replaced?.apiKey ?? '')]).toEqual([
      401, 401,
    ]);
    anyone.close();
    await network.stop();
  });
});
