import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { keepAliveLoad, startAppProcess } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let folder: string;
let upstream: Server;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'data-api-'));
  // Slow enough that there is always a request under way.
  upstream = createServer(async (_, response) => {
    await delay(30);
    response.writeHead(200, { 'content-type': 'application/json' }).end('[]');
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
});
afterAll(() => {
  upstream.close();
  upstream.closeAllConnections();
  rmSync(folder, { recursive: true });
});

test('the gateway answers what was sent when it is told to stop, and ends in order', async () => {
  const apikey = 'sb_publishable_FAKE_for_the_tests';
  const gateway = await startAppProcess(fileURLToPath(new URL('../dist/main.js', import.meta.url)), {
    POSTGREST_URL: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`,
    POSTGREST_JWT_SECRET: 'a secret of the tests, as long as it has to be',
    PUBLISHABLE_KEY: apikey,
    SECRET_KEY: 'sb_secret_FAKE_for_the_tests',
    LEDGER_FILE: join(folder, 'data-api.jsonl'),
  });
  const load = keepAliveLoad({
    origin: gateway.url,
    tls: { ca: gateway.certificatePem ?? '' },
    connections: 8,
    request: () => ({ path: '/rest/v1/agents', method: 'GET', headers: { apikey } }),
  });
  await delay(1000);
  const exited = gateway.terminate();
  const { statuses, refused, broken } = await load;
  expect(await exited).toBe(0);
  expect(broken).toEqual([]);
  expect(Object.keys(statuses)).toEqual(['200']);
  expect(refused).toBe(8);
});
