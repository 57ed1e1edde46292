import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createTokenAuthority, mintJwtSvid, type TokenAuthority } from '@blastradius/pki';
import { createPopulation, findScenario, loadScenario } from '@blastradius/scenario';
import { formatJwtBundle } from '@blastradius/spiffe';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { findApps, findRoot } from '../src/embedded/app-entries.ts';
import { type Backend, createApiRoles, startBackend } from '../src/embedded/backend.ts';
import type { EmbeddedSetting } from '../src/embedded/embedded-setting.ts';
import { type Postgres, startPostgres } from '../src/embedded/postgres/postgres.ts';
import { keysFileOf } from '../src/embedded/rows-by-identity.ts';

const TRUST_DOMAIN = 'moltbook.test';
const AUDIENCE = `spiffe://${TRUST_DOMAIN}/data-api`;
const root = findRoot();
const folder = mkdtempSync(join(tmpdir(), 'rows-'));

let postgres: Postgres;
let authority: TokenAuthority;
let stranger: TokenAuthority;
let withRls: Backend;
/** The same tables, rows and requests, where row-level security was never switched on. */
let control: Backend;
let setting: EmbeddedSetting;

beforeAll(async () => {
  postgres = await startPostgres();
  await createApiRoles(postgres);
  authority = await createTokenAuthority(new Date(Date.now() + 3_600_000));
  stranger = await createTokenAuthority(new Date(Date.now() + 3_600_000));
  setting = settingFor('jwt-svid+rls');
  publish([authority]);
  withRls = await startFilled(setting);
  control = await startFilled(settingFor('jwt-svid'));
});

afterAll(async () => {
  await withRls?.stop();
  await control?.stop();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

function settingFor(arm: EmbeddedSetting['arm']): EmbeddedSetting {
  const scenario = loadScenario(findScenario('moltbook-key-leak', root));
  const own = join(folder, arm.replace('+', '-'));
  mkdirSync(own);
  return {
    arm,
    databaseSuffix: arm.replaceAll(/[^a-z]/g, '_'),
    leakVector: scenario.attack.leak,
    scenario,
    scenarioFile: scenario.file,
    seed: 'test',
    timeScale: 1000,
    population: createPopulation(scenario, { seed: 'test', agents: 10 }),
    apps: findApps(root),
    postgres,
    ledgerFolder: own,
    logFolder: own,
    socketFolder: own,
    leak: 'on',
    record: () => {},
  };
}

/** As the sidecar's file writer does it. */
function publish(authorities: readonly TokenAuthority[]): void {
  const file = keysFileOf(setting);
  mkdirSync(dirname(file), { recursive: true });
  const keys = new Map(authorities.map(({ keyId, publicKey }) => [keyId, publicKey]));
  writeFileSync(file, formatJwtBundle({ trustDomain: TRUST_DOMAIN, authorities: keys }));
}

async function startFilled(of: EmbeddedSetting): Promise<Backend> {
  const backend = await startBackend(of);
  const migration = (name: string) => readFileSync(join(root, 'apps/network/migrations', name), 'utf8');
  const owner = `network_${of.arm.replaceAll(/[^a-z]/g, '_')}`;
  await backend.administer(`set role ${owner};
    ${migration('0001-the-tables-of-the-incident.sql')}
    ${migration('0006-identities-in-the-database.sql')}
    insert into agents (name, spiffe_id)
      select name, 'spiffe://${TRUST_DOMAIN}/agent/' || name from unnest(array['Crab', 'Eel', 'Ray']) name;
    insert into dm_conversations (initiator_id, recipient_id, status)
      select one.id, other.id, 'active' from agents one, agents other where one.name = 'Crab' and other.name = 'Eel';
    insert into agent_messages (conversation_id, sender_id, recipient_id, message)
      select id, initiator_id, recipient_id, 'between the two' from dm_conversations;`);
  await backend.openRest();
  return backend;
}

const tokenOf = (
  path: string,
  options: Partial<{ by: TokenAuthority; audience: string; endsInSeconds: number; domain: string }> = {},
) => {
  const { by = authority, audience = AUDIENCE, endsInSeconds = 60, domain = TRUST_DOMAIN } = options;
  return mintJwtSvid({
    authority: by,
    spiffeId: `spiffe://${domain}${path}`,
    audience: [audience],
    issuedAt: new Date(Date.now() - 60_000),
    expiresAt: new Date(Date.now() + endsInSeconds * 1000),
  }).token;
};

function read(path: string, token?: string, of: Backend = withRls, method = 'GET', body?: object) {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; rows: unknown }>();
  const headers = {
    apikey: of.publishableKey,
    'content-type': 'application/json',
    prefer: 'return=representation',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  request(`${of.url}/rest/v1${path}`, { method, rejectUnauthorized: false, headers }, async (answer) => {
    const text = (await answer.toArray()).join('');
    resolve({ status: answer.statusCode ?? 0, rows: text && JSON.parse(text) });
  })
    .on('error', reject)
    .end(body && JSON.stringify(body));
  return promise;
}

const NAMES = '/agents?select=name&order=name';

test('an agent reads its own row and its own messages, by its SPIFFE ID', async () => {
  expect(await read(NAMES, tokenOf('/agent/Eel'))).toEqual({ status: 200, rows: [{ name: 'Eel' }] });
  const message = [{ message: 'between the two' }];
  expect((await read('/agent_messages?select=message', tokenOf('/agent/Crab'))).rows).toEqual(message);
  expect((await read('/agent_messages?select=message', tokenOf('/agent/Eel'))).rows).toEqual(message);
  expect((await read('/agent_messages?select=message', tokenOf('/agent/Ray'))).rows).toEqual([]);
});

test('the publishable key alone reads nothing and changes nothing', async () => {
  expect((await read(NAMES)).rows).toEqual([]);
  expect((await read('/agent_messages')).rows).toEqual([]);
  const changed = await read('/agents?name=eq.Eel', undefined, withRls, 'PATCH', { description: 'mine' });
  expect(changed.rows).toEqual([]);
});

test('an agent changes nothing, not even its own row: writing is the network’s matter', async () => {
  const { status } = await read('/agents?name=eq.Eel', tokenOf('/agent/Eel'), withRls, 'PATCH', {
    karma: 99,
  });
  expect(status).toBeGreaterThanOrEqual(400);
});

test.each([
  ['another audience', () => tokenOf('/agent/Eel', { audience: `spiffe://${TRUST_DOMAIN}/network` })],
  ['another trust domain', () => tokenOf('/agent/Eel', { domain: 'other.test' })],
  ['a trust domain that begins alike', () => tokenOf('/agent/Eel', { domain: `${TRUST_DOMAIN}.evil.test` })],
  ['a key that is not in the bundle', () => tokenOf('/agent/Eel', { by: stranger })],
  ['a service that is no agent', () => tokenOf('/network')],
  // PostgREST itself would forgive 30 seconds.
  ['an agent whose token ended a second ago', () => tokenOf('/agent/Eel', { endsInSeconds: -1 })],
  ['nobody: no token at all', () => 'not.a.token'],
])('a token of %s gets 401 and no row', async (_, make) => {
  const { status, rows } = await read(NAMES, make());
  expect([status, JSON.stringify(rows).includes('Eel')]).toEqual([401, false]);
});

test('control: without row-level security the same requests read every row, whoever asks', async () => {
  const all = [{ name: 'Crab' }, { name: 'Eel' }, { name: 'Ray' }];
  expect(await read(NAMES, undefined, control)).toEqual({ status: 200, rows: all });
  expect((await read(NAMES, tokenOf('/agent/Eel'), control)).rows).toEqual(all);
});

/** A fault in the rows' guard, and the request of a thief that it makes succeed. */
interface Mutation {
  readonly weakened: string;
  readonly weaken: string;
  readonly restore: string;
  readonly path: string;
  /** What the thief shows beside the publishable key. */
  readonly shown: () => string | undefined;
}

const mutations: readonly Mutation[] = [
  {
    weakened: 'it is off for the table of messages',
    weaken: 'alter table agent_messages disable row level security',
    restore: 'alter table agent_messages enable row level security',
    path: '/agent_messages?select=message',
    shown: () => undefined,
  },
  {
    weakened: 'its policy for messages lets every row through',
    weaken: 'alter policy "both ends read" on agent_messages using (true)',
    restore: `alter policy "both ends read" on agent_messages
      using (identity.agent_id() in (sender_id, recipient_id))`,
    path: '/agent_messages?select=message',
    shown: () => tokenOf('/agent/Ray'),
  },
  {
    weakened: 'its policy for agents asks whether there is a caller, and not who it is',
    weaken: 'alter policy "an agent reads itself" on agents using (identity.caller() is not null)',
    restore: 'alter policy "an agent reads itself" on agents using (spiffe_id = identity.caller())',
    path: '/agents?select=name&name=eq.Eel',
    shown: () => tokenOf('/agent/Ray'),
  },
  {
    weakened: 'beside its policies stands one for everybody',
    weaken: 'create policy everybody on agents for select using (true)',
    restore: 'drop policy if exists everybody on agents',
    path: '/agents?select=name&name=eq.Eel',
    shown: () => undefined,
  },
];

describe('row-level security, weakened in one way', () => {
  test.each(mutations)(
    '$weakened: a thief reads rows; the real one gives none to the same request',
    async ({ weaken, restore, path, shown }) => {
      const rows = async () => (await read(path, shown())).rows;
      expect(await rows()).toEqual([]);
      onTestFinished(() => withRls.administer(restore));
      await withRls.administer(weaken);
      expect(await rows()).toHaveLength(1);
      await withRls.administer(restore);
      expect(await rows()).toEqual([]);
    },
  );
});

test('PostgREST follows the trust domain’s keys when it is told that they are new', async () => {
  const next = await createTokenAuthority(new Date(Date.now() + 3_600_000));
  expect((await read(NAMES, tokenOf('/agent/Ray', { by: next }))).status).toBe(401);
  publish([next]);
  process.kill(Number(readFileSync(join(setting.socketFolder, 'postgrest.pid'), 'utf8')), 'SIGUSR2');
  const rowsOfNext = async () => (await read(NAMES, tokenOf('/agent/Ray', { by: next }))).rows;
  await expect.poll(rowsOfNext, { timeout: 20_000 }).toEqual([{ name: 'Ray' }]);
  expect((await read(NAMES, tokenOf('/agent/Eel'))).status).toBe(401);
});
