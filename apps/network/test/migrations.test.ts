import { mkdtempSync, rmSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { migrate } from '../src/database/migrate.ts';
import { openCaller } from './open-caller.ts';
import { startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment } from './start-test-network.ts';

let postgres: Postgres;
let all: string[];
beforeAll(async () => {
  postgres = await startPostgres();
  const files = await readdir(new URL('../migrations', import.meta.url));
  all = files.filter((file) => file.endsWith('.sql')).sort();
});
afterAll(() => postgres.stop());

const applied = async (database: string) => {
  const { rows } = await postgres.query<{ name: string }>(
    database,
    'select name from operations.migrations order by name',
  );
  return rows.map(({ name }) => name);
};

test('each migration is applied by exactly one of many that start together', async () => {
  const url = await postgres.createDatabase('together');
  const byEach = await Promise.all(Array.from({ length: 6 }, () => migrate(url)));
  expect(byEach.flat().sort()).toEqual(all);
  expect(byEach.filter((names) => names.length > 0)).toHaveLength(1);
  expect(await applied('together')).toEqual(all);
  expect(await migrate(url)).toEqual([]);
});

test('three networks that start together on an empty database are all ready', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'network-'));
  const url = await postgres.createDatabase('replicas');
  const networks = await Promise.all(
    ['1', '2', '3'].map((n) =>
      startNetworkProcess({
        ...networkEnvironment(folder, { ARM: 'static-key', DATABASE_URL: url }),
        LEDGER_FILE: join(folder, `audit-${n}.jsonl`),
        CHECKPOINT_FILE: join(folder, `checkpoints-${n}.jsonl`),
        OPERATOR_SOCKET: join(folder, `operator-${n}.sock`),
      }),
    ),
  );
  for (const { port, certificatePem } of networks) {
    const caller = openCaller({ port, ca: certificatePem });
    expect((await caller.get('/readyz')).status).toBe(200);
    caller.close();
  }
  expect(await applied('replicas')).toEqual(all);
  expect(await Promise.all(networks.map((network) => network.stop()))).toEqual([0, 0, 0]);
  rmSync(folder, { recursive: true });
});
