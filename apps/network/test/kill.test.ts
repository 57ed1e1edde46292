import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SignedCheckpoint, verifyAuditLog } from '@blastradius/audit';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { callOperator } from './call-operator.ts';
import { openCaller } from './open-caller.ts';
import { type NetworkProcess, startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment, readAudit } from './start-test-network.ts';

let postgres: Postgres;
let folder: string;
let env: Record<string, string>;
let database = 0;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres.stop());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  database += 1;
  const url = await postgres.createDatabase(`kill${database}`);
  env = networkEnvironment(folder, {
    ARM: 'static-key',
    DATABASE_URL: url,
    KEY_RESET_BATCH_SIZE: '5',
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (name: string) => env[name] ?? '';

test('loses nothing that was answered when it is killed, and the log’s chain goes on', async () => {
  let network = await startNetworkProcess(env);
  const answered: string[] = [];
  const load = Array.from({ length: 4 }, (_, worker) => register(network, worker, answered));
  await expect.poll(() => answered.length, { timeout: 20_000 }).toBeGreaterThan(100);
  await network.kill();
  await Promise.all(load);

  const written = new Set(readAudit(file('LEDGER_FILE')).map(({ requestId }) => requestId));
  expect(answered.filter((id) => !written.has(id))).toEqual([]);
  const { rows } = await postgres.query<{ agents: number }>(
    `kill${database}`,
    'select count(*)::int as agents from agents',
  );
  expect(rows[0]?.agents).toBeGreaterThanOrEqual(answered.length);

  network = await startNetworkProcess(env);
  const caller = openCaller({ port: network.port, ca: network.certificatePem });
  expect((await caller.get('/readyz')).status).toBe(200);
  caller.close();
  expect(await network.stop()).toBe(0);
  const checkpoints = readFileSync(file('CHECKPOINT_FILE'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): SignedCheckpoint => JSON.parse(line));
  const records = readAudit(file('LEDGER_FILE')).length;
  expect(records).toBeGreaterThan(answered.length);
  expect(checkpoints.at(-1)?.sequence).toBe(records);
  expect(verifyAuditLog(file('LEDGER_FILE'), checkpoints)).toEqual({ intact: true, records });
});

async function register(network: NetworkProcess, worker: number, answered: string[]): Promise<void> {
  const caller = openCaller({ port: network.port, ca: network.certificatePem });
  try {
    for (let n = 0; ; n++) {
      const id = `worker${worker}-${n}`;
      const { status } = await caller.post(
        '/v1/agents/register',
        { name: `Agent${worker}_${n}`, description: '' },
        { 'x-request-id': id },
      );
      if (status === 201) answered.push(id);
    }
  } catch {
    caller.close();
  }
}

interface KeyRow {
  readonly name: string;
  readonly api_key: string;
  readonly is_reset: boolean;
}

test('goes on with a campaign that a kill cut short, and resets each key exactly once', async () => {
  const name = `kill${database}`;
  let network = await startNetworkProcess(env);
  await postgres.query(
    name,
    `insert into agents (name, api_key)
     select 'Agent' || n, 'moltbook_sk_old' || n from generate_series(1, 600) n`,
  );
  const { body } = await callOperator(file('OPERATOR_SOCKET'), 'POST', '/operator/key-resets');
  const status = async () =>
    (await callOperator(file('OPERATOR_SOCKET'), 'GET', `/operator/key-resets/${body.campaignId}`)).body;
  await expect.poll(async () => (await status()).reset, { timeout: 20_000, interval: 5 }).toBeGreaterThan(20);
  await network.kill();
  const before = await keysOf(name);
  const resetBefore = before.filter((row) => row.is_reset);
  expect(resetBefore.length).toBeGreaterThan(20);
  expect(resetBefore.length).toBeLessThan(600);
  // Key and note are one: nothing was half done.
  expect(before.filter((row) => row.is_reset === row.api_key.startsWith('moltbook_sk_old'))).toEqual([]);

  network = await startNetworkProcess(env);
  await expect.poll(async () => (await status()).state, { timeout: 30_000 }).toBe('finished');
  expect((await status()).reset).toBe(600);
  const after = new Map((await keysOf(name)).map((row) => [row.name, row.api_key]));
  expect(resetBefore.filter((row) => after.get(row.name) !== row.api_key)).toEqual([]);
  expect([...after.values()].filter((key) => key.startsWith('moltbook_sk_old'))).toEqual([]);
  expect(new Set(after.values()).size).toBe(600);
  expect(await network.stop()).toBe(0);
});

async function keysOf(name: string): Promise<KeyRow[]> {
  const { rows } = await postgres.query<KeyRow>(
    name,
    `select name, api_key, reset_at is not null as is_reset
     from agents join operations.key_resets on agent_id = id order by name`,
  );
  return rows;
}
