import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort, keepAliveLoad, type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCaller } from './open-caller.ts';
import { startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment, readAudit } from './start-test-network.ts';

let postgres: Postgres;
let folder: string;
beforeAll(async () => {
  postgres = await startPostgres();
  folder = mkdtempSync(join(tmpdir(), 'network-'));
});
afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

test('SIGTERM under load drops no request: what was sent is answered, and then the port is gone', async () => {
  const healthPort = await freePort();
  const env = networkEnvironment(folder, {
    ARM: 'static-key',
    DATABASE_URL: await postgres.createDatabase('graceful'),
    HEALTH_PORT: String(healthPort),
  });
  const network = await startNetworkProcess(env);
  const caller = openCaller({ port: network.port, ca: network.certificatePem });
  const { body } = await caller.post('/v1/agents/register', { name: 'Agent', description: '' });
  caller.close();
  const headers = { authorization: `Bearer ${body.agent.api_key}`, 'content-type': 'application/json' };
  const probe = async () => (await fetch(`http://127.0.0.1:${healthPort}/readyz`)).status;
  expect(await probe()).toBe(200);

  const load = keepAliveLoad({
    origin: network.url,
    tls: { ca: network.certificatePem ?? '' },
    connections: 12,
    request: (n) =>
      n % 4 === 0
        ? {
            path: '/api/v1/posts',
            method: 'POST',
            headers,
            body: JSON.stringify({ submolt: 'general', title: `T${n}`, content: 'c' }),
          }
        : { path: '/api/v1/agents/me', method: 'GET', headers },
  });
  await delay(2000);
  const exited = network.terminate();
  await expect.poll(probe, { interval: 10, timeout: 900 }).toBe(503);
  const { statuses, lastAnswers, refused, broken } = await load;
  expect(await exited).toBe(0);

  expect(broken).toEqual([]);
  expect(Object.keys(statuses).sort()).toEqual(['200', '201']);
  // Each connection was told that it is over, and none could be made any more after that.
  expect(lastAnswers).toBeGreaterThanOrEqual(12);
  expect(refused).toBe(12);
  const answered = Object.values(statuses).reduce((sum, count) => sum + count, 0);
  expect(readAudit(env['LEDGER_FILE'] ?? '')).toHaveLength(answered + 1);
});
