import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { issuance } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { csrFor } from './sidecar-client.ts';
import {
  databaseOf,
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

let postgres: Postgres;
const environments: Record<string, string>[] = [];
const issuers: TestIssuer[] = [];

const environmentOfOwn = async () => {
  const environment = await newEnvironment(postgres);
  environments.push(environment);
  return environment;
};
const start = async (environment: Record<string, string>) => {
  const issuer = await startTestIssuer(environment);
  issuers.push(issuer);
  return issuer;
};

beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  await Promise.all(issuers.splice(0).map((issuer) => issuer.close()));
});
afterAll(async () => {
  await postgres?.stop();
  environments.forEach(removeEnvironment);
});

it('goes on issuing over a killed and restarted database: its sidecars wait a little, and nobody is refused', async () => {
  const issuer = await start(await environmentOfOwn());
  const policy = { id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/workload' };
  await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
  const { client } = await issuer.admitSidecar('range');
  const spiffeId = `spiffe://${trustDomain}/workload`;
  const { csr } = await csrFor(spiffeId);
  const ask = async (n: number) => {
    if (n % 2 === 0) return (await client.get('/v1/bundle')).status;
    const answer = await client.post('/v1/x509-svids', { selectors: ['x'], requests: [{ spiffeId, csr }] });
    expect(issuance.x509SvidsAnswer.parse(answer.body).results[0]).toHaveProperty('certificateChain');
    return answer.status;
  };
  const asked: Promise<number>[] = [];
  for (let n = 0; n < 120; n++) {
    asked.push(ask(n));
    if (n === 40) await postgres.kill();
    if (n === 60) await postgres.startAgain();
    await delay(40);
  }
  expect((await Promise.all(asked)).filter((status) => status !== 200)).toEqual([]);
  // What needs the database to change something works again as well.
  const rotated = await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
  expect(rotated.status).toBe(200);
});

it('starts before its database, and waits for it', async () => {
  const environment = await environmentOfOwn();
  await postgres.kill();
  const starting = start(environment);
  await delay(1500);
  await postgres.startAgain();
  const issuer = await starting;
  expect((await issuer.admitSidecar('range')).authorities).toHaveLength(1);
});

it('applies each migration once and makes one authority, when three start together on an empty database', async () => {
  const environment = await environmentOfOwn();
  const socket = environment['ADMIN_SOCKET'];
  const three = await Promise.all(
    ['1', '2', '3'].map((n) => start({ ...environment, ADMIN_SOCKET: `${socket}${n}` })),
  );
  const bundles = await Promise.all(three.map(async (issuer) => (await issuer.mintJoinToken()).authorities));
  expect(new Set(bundles.flat()).size).toBe(1);
  const name = databaseOf(environment);
  const { rows } = await postgres.query<{ name: string }>(
    name,
    'select name from issuer.migrations order by name',
  );
  // Whichever there are by then, each once.
  const files = readdirSync(new URL('../migrations/', import.meta.url)).toSorted();
  expect(rows.map((row) => row.name)).toEqual(files);
  const keySets = await postgres.query(name, 'select kind from issuer.token_authorities order by kind');
  expect(keySets.rows).toEqual([{ kind: 'jwt' }, { kind: 'wit' }]);
});
