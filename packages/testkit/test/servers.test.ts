import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterAll, describe, expect, test } from 'vitest';
import { type Postgres, startEmbeddedPostgres, startPostgres, startRedis } from '../src/index.ts';

const outward = Object.values(networkInterfaces())
  .flat()
  .find((address) => address?.family === 'IPv4' && !address.internal)?.address;

function reaches(host: string, port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port, timeout: 2000 }, () => resolve(true));
  socket.on('error', () => resolve(false));
  socket.on('timeout', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

describe.each([
  ['the PostgreSQL of a test', startPostgres],
  ['embedded PostgreSQL', startEmbeddedPostgres],
])('%s', async (_, start) => {
  const postgres: Postgres = await start();
  afterAll(() => postgres.stop());

  test('keeps over a kill what it had answered, at the same address', async () => {
    const url = await postgres.createDatabase('kept');
    await postgres.query('kept', 'create table notes as select 42 as answer');
    await postgres.kill();
    await expect(postgres.query('kept', 'select 1')).rejects.toThrow();
    await postgres.startAgain();
    expect((await postgres.query('kept', 'select answer from notes')).rows).toEqual([{ answer: 42 }]);
    expect(postgres.url('kept')).toBe(url);
  });
});

const redis = await startRedis();
describe.skipIf(redis === null)('the Redis of a test', () => {
  afterAll(() => redis?.stop());

  test('answers on loopback, before and after a kill, and nowhere else', async () => {
    const port = Number(new URL(redis?.url ?? '').port);
    expect(await reaches('127.0.0.1', port)).toBe(true);
    if (outward !== undefined) expect(await reaches(outward, port)).toBe(false);
    await redis?.kill();
    await redis?.startAgain();
    expect(await reaches('127.0.0.1', port)).toBe(true);
    if (outward !== undefined) expect(await reaches(outward, port)).toBe(false);
  });
});

test('no container outlives the process that started it', async (context) => {
  const script = `
    import { startRedis } from '@blastradius/testkit';
    const redis = await startRedis();
    if (redis === null) process.exit(0);
    process.stdout.write(new URL(redis.url).port, () => process.kill(process.pid, 'SIGKILL'));`;
  let port = 0;
  try {
    execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  } catch (error) {
    if (error instanceof Error && 'stdout' in error) port = Number(error.stdout);
  }
  if (redis === null) return context.skip();
  expect(port).toBeGreaterThan(0);
  await expect.poll(() => reaches('127.0.0.1', port), { timeout: 15_000 }).toBe(false);
});
