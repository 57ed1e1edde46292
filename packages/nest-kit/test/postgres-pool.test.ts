import { setTimeout as delay } from 'node:timers/promises';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PostgresPool } from '../src/database/postgres-pool.ts';

let postgres: Postgres;
let url: string;
const pools: PostgresPool[] = [];
const poolThatWaits = (waitMs?: number) => {
  const pool = new PostgresPool({ url, connectionsMax: 4, waitMs, onError: () => {} });
  pools.push(pool);
  return pool;
};
const notes = async () =>
  (await postgres.query<{ n: number }>('pool', 'select count(*)::int as n from notes')).rows[0]?.n;

beforeAll(async () => {
  postgres = await startPostgres();
  url = await postgres.createDatabase('pool');
  await postgres.query('pool', 'create table notes (text text)');
});
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.end();
});
afterAll(() => postgres.stop());

test('who comes while the server is away is served when it is back', async () => {
  const pool = poolThatWaits();
  await pool.query('select 1');
  await postgres.kill();
  const waiting = Array.from({ length: 20 }, (_, n) => pool.query('select $1::int as n', [n]));
  await delay(300);
  await postgres.startAgain();
  const answers = await Promise.all(waiting);
  expect(answers.map(({ rows }) => rows[0]?.['n'])).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

test('a read that lost its connection is made again, a write is not, and nothing is done twice', async () => {
  const pool = poolThatWaits();
  const before = await notes();
  const read = pool.query('select 42 as answer from pg_sleep(1)');
  const write = pool.query("insert into notes select 'once' from pg_sleep(1)");
  const refused = expect(write).rejects.toMatchObject({
    code: 'database.unavailable',
    category: 'unavailable',
  });
  await delay(300);
  await postgres.kill();
  await refused;
  await postgres.startAgain();
  expect((await read).rows).toEqual([{ answer: 42 }]);
  expect(await notes()).toBe(before);
});

test('a transaction that lost its connection is not gone on with on another one', async () => {
  const pool = poolThatWaits();
  const before = await notes();
  const connection = await pool.connect();
  await connection.query('begin');
  await connection.query("insert into notes values ('first half')");
  // Nobody waits for an answer at that moment: the loss must not end this process either.
  await postgres.kill();
  await postgres.startAgain();
  await expect(connection.query("insert into notes values ('second half')")).rejects.toMatchObject({
    code: 'database.unavailable',
  });
  await expect(connection.query('rollback')).rejects.toMatchObject({ code: 'database.unavailable' });
  connection.release();
  expect(await notes()).toBe(before);
  expect((await pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('the waiting ends, with an error that says what is missing', async () => {
  const pool = poolThatWaits(400);
  await postgres.kill();
  const beganAt = performance.now();
  await expect(pool.query('select 1')).rejects.toMatchObject({ code: 'database.unavailable' });
  expect(performance.now() - beganAt).toBeLessThan(3000);
  await postgres.startAgain();
});

test('what is wrong with the statement is told at once', async () => {
  await expect(poolThatWaits().query('select * from nowhere')).rejects.toMatchObject({ code: '42P01' });
});
