import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPopulation, findScenario, loadScenario } from '@blastradius/scenario';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findApps, findRoot } from '../src/embedded/app-entries.ts';
import { type Backend, createApiRoles, startBackend } from '../src/embedded/backend.ts';
import { type Postgres, startPostgres } from '../src/embedded/postgres/postgres.ts';

const folder = mkdtempSync(join(tmpdir(), 'backend-test-'));
let postgres: Postgres;
let backend: Backend;

beforeAll(async () => {
  const scenario = loadScenario(findScenario('moltbook-key-leak', findRoot()));
  postgres = await startPostgres();
  await createApiRoles(postgres);
  backend = await startBackend({
    arm: 'static-key',
    scenario,
    scenarioFile: scenario.file,
    seed: 'test',
    timeScale: 1000,
    population: createPopulation(scenario, { seed: 'test', agents: 10 }),
    apps: findApps(findRoot()),
    postgres,
    ledgerFolder: folder,
    logFolder: folder,
    databaseSuffix: 'static_key',
    socketFolder: folder,
    leak: 'on',
    leakVector: 'open-database',
    record: () => {},
  });
  // As the network does it: the tables belong to the network's own role.
  await backend.administer(
    `set role network_static_key;
     create table agents (id int primary key, name text, api_key text);
     insert into agents select n, 'agent' || n, 'key' || n from generate_series(1, 2500) n;`,
  );
  await backend.openRest();
});

afterAll(async () => {
  await backend.stop();
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

function call(path: string, apiKey?: string, method = 'GET') {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; rows: unknown }>();
  request(
    `${backend.url}/rest/v1${path}`,
    { method, rejectUnauthorized: false, headers: apiKey ? { apikey: apiKey } : {} },
    async (answer) => {
      const text = (await answer.toArray()).join('');
      resolve({ status: answer.statusCode ?? 0, rows: text && JSON.parse(text) });
    },
  )
    .on('error', reject)
    .end();
  return promise;
}

test('a caller without a known key gets 401', async () => {
  expect((await call('/agents')).status).toBe(401);
  expect((await call('/agents', 'sb_publishable_FAKEsomethingelse')).status).toBe(401);
});

test('the publishable key reads every column of every row, a page of at most 1,000 at a time', async () => {
  const { status, rows } = await call('/agents?select=name,api_key', backend.publishableKey);
  expect(status).toBe(200);
  expect(rows).toHaveLength(1000);
  expect(await call('/agents?select=name,api_key&id=eq.2400', backend.publishableKey)).toEqual({
    status: 200,
    rows: [{ name: 'agent2400', api_key: 'key2400' }],
  });
});

test("the incident's first fix closes the table of the keys", async () => {
  const fix = join(findRoot(), 'scenarios/moltbook-key-leak/fixes/1-secure-agents-and-owners.sql');
  await backend.administer(readFileSync(fix, 'utf8'));
  const { rows } = await call('/agents?select=name,api_key', backend.publishableKey);
  expect(rows).not.toEqual(expect.arrayContaining([expect.objectContaining({ api_key: expect.anything() })]));
});

test('PostgreSQL and PostgREST can be reached through sockets of this user alone', async () => {
  const listening = await backend.inspect<{ setting: string }>(
    "select setting from pg_settings where name = 'listen_addresses'",
  );
  expect(listening).toEqual([{ setting: '' }]);
});
