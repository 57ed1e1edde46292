import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type SignedCheckpoint, verifyAuditLog } from '@blastradius/audit';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Caller, openCaller } from './open-caller.ts';
import { type NetworkProcess, startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment } from './start-test-network.ts';
import { startTrustDomain, type TrustDomain } from './start-trust-domain.ts';
import { type LoadResult, steadyLoad } from './steady-load.ts';

const AGENTS = 20;
const AWAY_MS = 2000;

let postgres: Postgres;
let trustDomain: TrustDomain;
let folder: string;
let name: string;
let env: Record<string, string>;
let runs = 0;

beforeAll(async () => {
  postgres = await startPostgres();
  trustDomain = await startTrustDomain();
});
afterAll(async () => {
  await trustDomain.close();
  await postgres.stop();
});
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  runs += 1;
  name = `restart${runs}`;
  env = networkEnvironment(folder, {
    ARM: 'x509-svid',
    DATABASE_URL: await postgres.createDatabase(name),
    SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
    LOG_LEVEL: 'fatal',
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Agents with identities, registered; their SVIDs outlive the load. */
async function agentsOf(network: NetworkProcess): Promise<Caller[]> {
  return Promise.all(
    Array.from({ length: AGENTS }, async (_, n) => {
      const svid = await trustDomain.issue(`/agent/Agent${n}`, { lifetimeMs: 600_000 });
      const caller = openCaller({ port: network.port, ca: trustDomain.authorityPem, ...svid });
      const { status } = await caller.post('/v1/agents/register', { name: `Agent${n}`, description: '' });
      expect(status).toBe(201);
      return caller;
    }),
  );
}

async function loadOverKill(
  network: NetworkProcess,
  seconds: number,
  perSecond: number,
): Promise<LoadResult> {
  const agents = await agentsOf(network);
  const load = steadyLoad({ agents, perSecond, seconds, mark: name });
  await delay(3000);
  await postgres.kill();
  await delay(AWAY_MS);
  await postgres.startAgain();
  const result = await load;
  for (const agent of agents) agent.close();
  return result;
}

const checkpoints = () =>
  readFileSync(env['CHECKPOINT_FILE'] ?? '', 'utf8')
    .trimEnd()
    .split('\n')
    .map((line): SignedCheckpoint => JSON.parse(line));

test('a killed and restarted PostgreSQL costs at most one honest request in a thousand, and doubles nothing', async () => {
  const network = await startNetworkProcess(env);
  const { sent, failed, posted, slowestMs } = await loadOverKill(network, 25, 80);
  expect(failed.filter(({ status }) => status !== 503)).toEqual([]);
  expect(failed.length / sent, JSON.stringify(failed)).toBeLessThanOrEqual(0.001);
  // The kill was felt: somebody had to wait for it to be over.
  expect(slowestMs).toBeGreaterThan(AWAY_MS * 0.8);

  const { rows } = await postgres.query<{ title: string; times: number }>(
    name,
    'select title, count(*)::int as times from posts group by title',
  );
  expect(rows.filter(({ times }) => times > 1)).toEqual([]);
  const kept = new Set(rows.map(({ title }) => title));
  expect(posted.filter((title) => !kept.has(title))).toEqual([]);

  // The queues go on by themselves, and nothing is left in them but the scheduler's next turn.
  const before = checkpoints().length;
  await expect.poll(() => checkpoints().length, { timeout: 30_000 }).toBeGreaterThan(before);
  const left = () =>
    postgres
      .query(name, "select id from bullmq.job where state in ('waiting', 'active')")
      .then((r) => r.rows);
  await expect.poll(left, { timeout: 20_000 }).toEqual([]);

  expect(await network.stop()).toBe(0);
  const verdict = verifyAuditLog(env['LEDGER_FILE'] ?? '', {
    checkpoints: checkpoints(),
    keys: checkpoints().map(({ publicKey }) => publicKey),
  });
  expect(verdict).toMatchObject({ intact: true });
});

test('a network that does not wait fails more than one in a thousand over the same kill', async () => {
  const network = await startNetworkProcess(env, '../test/impatient-network.mjs');
  const { sent, failed } = await loadOverKill(network, 10, 40);
  expect(failed.length / sent).toBeGreaterThan(0.001);
  await network.stop();
});

test('a network that starts before its database waits for it', async () => {
  await postgres.kill();
  const starting = startNetworkProcess(env);
  await delay(2000);
  await postgres.startAgain();
  const network = await starting;
  expect(await network.stop()).toBe(0);
});
