import { startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Caller, openCaller } from './open-caller.ts';
import { startTestNetwork, type TestNetwork } from './start-test-network.ts';
import { startTrustDomain, type TrustDomain } from './start-trust-domain.ts';

let postgres: Awaited<ReturnType<typeof startPostgres>>;
let domain: TrustDomain;
let network: TestNetwork;
let crab: Caller;

beforeAll(async () => {
  postgres = await startPostgres();
  domain = await startTrustDomain();
  network = await startTestNetwork({
    ARM: 'x509-svid',
    DATABASE_URL: await postgres.createDatabase('remembered'),
    SPIFFE_ENDPOINT_SOCKET: domain.endpoint,
  });
  const { cert, key } = await domain.issue('/agent/Crab');
  crab = openCaller({ port: network.port, cert, key });
  const { status } = await crab.post('/v1/agents/register', { name: 'Crab', description: 'c' });
  expect(status).toBe(201);
}, 60_000);
afterAll(async () => {
  crab?.close();
  await network?.stop();
  await domain?.close();
  await postgres?.stop();
});

const change = (sql: string) => postgres.query('remembered', sql);
const me = async () => (await crab.get('/v1/agents/me')).status;
const reason = async () => {
  const { headers } = await crab.get('/v1/agents/me');
  return network.auditOf(String(headers['x-request-id']))?.reason;
};

test('an identity that was given to nobody, though it is remembered, is refused as soon as the database says so', async () => {
  for (let n = 0; n < 5; n++) expect(await me()).toBe(200);
  await change("update agents set karma = 5 where name = 'Crab'");
  expect(await me()).toBe(200);
  await change("update agents set spiffe_id = null where name = 'Crab'");
  await expect.poll(reason, { timeout: 5000 }).toBe('admission.no-agent-for-identity');
  await change("update agents set spiffe_id = 'spiffe://moltbook.test/agent/Crab' where name = 'Crab'");
  await expect.poll(me, { timeout: 5000 }).toBe(200);
});

test('an account that was renamed is known by its new name, and one that was deleted not at all', async () => {
  await me();
  await change("update agents set name = 'Lobster' where name = 'Crab'");
  const name = async () => (await crab.get('/v1/agents/status')).body.agent?.name;
  await expect.poll(name, { timeout: 5000 }).toBe('Lobster');
  await change("delete from agents where name = 'Lobster'");
  await expect.poll(reason, { timeout: 5000 }).toBe('admission.no-agent-for-identity');
});
