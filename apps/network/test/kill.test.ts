import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SignedCheckpoint, verifyAuditLog } from '@blastradius/audit';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
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
  const keys = checkpoints.map(({ publicKey }) => publicKey);
  expect(verifyAuditLog(file('LEDGER_FILE'), { checkpoints, keys })).toMatchObject({
    intact: true,
    records,
    vouchedFor: records,
  });
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
