import { type Postgres, startPostgres } from '@blastradius/testkit';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';

let postgres: Postgres;
let network: TestNetwork;

beforeAll(async () => {
  postgres = await startPostgres();
  network = await startTestNetwork({
    ARM: 'static-key',
    DATABASE_URL: await postgres.createDatabase('network'),
  });
});
afterAll(async () => {
  await network.stop();
  await postgres.stop();
});

test('serves a request whose statement met a deadlock with the closing of tables', async () => {
  const anyone = network.anonymous();
  const { body } = await anyone.post('/v1/agents/register', { name: 'Voter', description: '' });
  const key = { authorization: `Bearer ${body.agent.api_key}` };
  const made = await anyone.post('/v1/posts', { submolt: 'general', title: 'T', content: 'c' }, key);

  const operator = new pg.Client({ connectionString: postgres.url('network') });
  await operator.connect();
  // The network notices first, and so it is the one that PostgreSQL ends.
  await operator.query("set deadlock_timeout = '60s'");
  await operator.query('begin');
  await operator.query('alter table votes enable row level security');
  const voted = anyone.post(`/v1/posts/${made.body.post.id}/upvote`, undefined, key);
  await expect.poll(() => waitsForALock(), { timeout: 5000 }).toBe(true);
  await operator.query('alter table posts enable row level security');
  await operator.query('commit');
  await operator.end();

  expect((await voted).status).toBe(200);
  await expect.poll(() => deadlocks(), { timeout: 5000 }).toBeGreaterThan(0);
  const post = await anyone.get(`/v1/posts/${made.body.post.id}`, key);
  expect(post.body.post.upvotes).toBe(1);
  anyone.close();
});

async function waitsForALock(): Promise<boolean> {
  const { rows } = await postgres.query(
    'network',
    "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query like '%insert into votes%'",
  );
  return rows.length > 0;
}

async function deadlocks(): Promise<number> {
  const { rows } = await postgres.query<{ deadlocks: number }>(
    'network',
    'select deadlocks::int from pg_stat_database where datname = current_database()',
  );
  return rows[0]?.deadlocks ?? 0;
}
