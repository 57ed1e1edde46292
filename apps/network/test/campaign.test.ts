import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Postgres, startPostgres, startRedis } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import { openCaller } from './open-caller.ts';
import { type NetworkProcess, startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment } from './start-test-network.ts';

const AGENTS = 600;
const redis = await startRedis();
let postgres: Postgres;
let folder: string;
let name: string;
let env: Record<string, string>;
let runs = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(async () => {
  await postgres.stop();
  await redis?.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  runs += 1;
  name = `campaign${runs}`;
  env = networkEnvironment(folder, {
    ARM: 'static-key',
    DATABASE_URL: await postgres.createDatabase(name),
    JOBS_PREFIX: name,
    KEY_RESET_BATCH_SIZE: '5',
    LOG_LEVEL: 'fatal',
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

const socket = () => env['OPERATOR_SOCKET'] ?? '';

interface Campaign {
  readonly network: NetworkProcess;
  status(): Promise<{ state: string; reset: number }>;
}

/** A campaign over all agents, caught in its middle. */
async function campaignUnderWay(): Promise<Campaign> {
  const network = await startNetworkProcess(env);
  await postgres.query(
    name,
    `insert into agents (name, api_key)
     select 'Agent' || n, 'moltbook_sk_old' || n from generate_series(1, ${AGENTS}) n`,
  );
  const { body } = await callOperator(socket(), 'POST', '/operator/key-resets');
  const path = `/operator/key-resets/${body.campaignId}`;
  const status = async () => (await callOperator(socket(), 'GET', path)).body;
  await expect.poll(async () => (await status()).reset, { timeout: 20_000, interval: 5 }).toBeGreaterThan(20);
  return { network, status };
}

interface KeyRow {
  readonly name: string;
  readonly api_key: string;
  readonly is_reset: boolean;
}

async function keysOf(): Promise<KeyRow[]> {
  const { rows } = await postgres.query<KeyRow>(
    name,
    `select name, api_key, reset_at is not null as is_reset
     from agents join operations.key_resets on agent_id = id order by name`,
  );
  return rows;
}

/** Those reset before kept their key; the others have a new one, and no two the same. */
async function expectEachResetOnce(resetBefore: readonly KeyRow[]): Promise<void> {
  const after = new Map((await keysOf()).map((row) => [row.name, row.api_key]));
  expect(resetBefore.filter((row) => after.get(row.name) !== row.api_key)).toEqual([]);
  expect([...after.values()].filter((key) => key.startsWith('moltbook_sk_old'))).toEqual([]);
  expect(new Set(after.values()).size).toBe(AGENTS);
}

describe.each([
  ['PostgreSQL', undefined],
  ['Redis', redis],
] as const)('a campaign whose jobs are kept by %s', (kind, jobs) => {
  test.skipIf(kind === 'Redis' && redis === null)(
    'goes on where a kill of the network cut it short, and resets each key exactly once',
    async () => {
      if (jobs) env = { ...env, JOBS_DATABASE_URL: jobs.url };
      const cut = await campaignUnderWay();
      await cut.network.kill();
      const before = await keysOf();
      const resetBefore = before.filter((row) => row.is_reset);
      expect(resetBefore.length).toBeGreaterThan(20);
      expect(resetBefore.length).toBeLessThan(AGENTS);
      // Key and note are one: nothing was half done.
      expect(before.filter((row) => row.is_reset === row.api_key.startsWith('moltbook_sk_old'))).toEqual([]);

      const network = await startNetworkProcess(env);
      await expect.poll(async () => (await cut.status()).state, { timeout: 30_000 }).toBe('finished');
      expect((await cut.status()).reset).toBe(AGENTS);
      await expectEachResetOnce(resetBefore);
      expect(await network.stop()).toBe(0);
    },
  );

  test.skipIf(kind === 'Redis' && redis === null)(
    'goes on by itself when the server of its jobs is killed and restarted',
    async () => {
      if (jobs) env = { ...env, JOBS_DATABASE_URL: jobs.url };
      const { network, status } = await campaignUnderWay();
      const server = jobs ?? postgres;
      await server.kill();
      await delay(1000);
      await server.startAgain();
      await expect.poll(async () => (await status()).state, { timeout: 40_000 }).toBe('finished');
      expect((await status()).reset).toBe(AGENTS);
      await expectEachResetOnce([]);
      expect(await network.stop()).toBe(0);
    },
  );
});

test.skipIf(redis === null)('requests do not notice that Redis is away', async () => {
  env = { ...env, JOBS_DATABASE_URL: redis?.url ?? '' };
  const network = await startNetworkProcess(env);
  const caller = openCaller({ port: network.port, ca: network.certificatePem });
  const { body } = await caller.post('/v1/agents/register', { name: 'Agent', description: '' });
  const key = { authorization: `Bearer ${body.agent.api_key}` };
  await redis?.kill();
  const statuses: number[] = [];
  for (let n = 0; n < 100; n++) {
    const post = { submolt: 'general', title: `T${n}`, content: 'c' };
    const asked = n % 5 === 0 ? caller.post('/v1/posts', post, key) : caller.get('/v1/agents/me', key);
    statuses.push((await asked).status);
  }
  expect((await caller.get('/readyz')).status).toBe(200);
  await redis?.startAgain();
  expect(statuses.filter((status) => status > 201)).toEqual([]);
  caller.close();
  expect(await network.stop()).toBe(0);
});
