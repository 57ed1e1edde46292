import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startOtlpReceiver, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCaller } from './open-caller.ts';
import { startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment } from './start-test-network.ts';

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

test('the network serves as ever where its collector is away, and ends in time', async () => {
  const away = await startOtlpReceiver();
  await away.close();
  const network = await startNetworkProcess({
    ...networkEnvironment(folder, { ARM: 'static-key', DATABASE_URL: await postgres.createDatabase('away') }),
    OTEL_EXPORTER_OTLP_ENDPOINT: away.url,
    OTEL_TRACES_SAMPLER: 'always_on',
    OTEL_METRIC_EXPORT_INTERVAL: '200',
  });
  const caller = openCaller({ port: network.port, ca: network.certificatePem });
  for (let n = 0; n < 50; n++) expect((await caller.get('/readyz')).status).toBe(200);
  const registered = await caller.post('/v1/agents/register', { name: 'Patient', description: '' });
  expect(registered.status).toBe(201);
  caller.close();
  const began = performance.now();
  expect(await network.stop()).toBe(0);
  // The network's own end takes some, telemetry's at most one second of it.
  expect(performance.now() - began).toBeLessThan(4000);
});
