import { randomBytes } from 'node:crypto';
import { request } from 'node:https';
import { certificatesToPem } from '@blastradius/spiffe';
import { freePort, type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openDatabase } from '../src/database/database.ts';
import { PostgresUsedProofs } from '../src/token-endpoint/replay/postgres-used-proofs.ts';
import { newEnvironment, removeEnvironment, startTestIssuer, type TestIssuer } from './test-issuer.ts';

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;
let ca: string;

beforeAll(async () => {
  postgres = await startPostgres();
  const port = await freePort();
  environment = await newEnvironment(postgres, {
    TOKEN_ENDPOINT_ISSUER: `https://localhost:${port}`,
    TOKEN_ENDPOINT_PORT: `${port}`,
    TOKEN_ENDPOINT_REQUESTS_PER_SECOND: '5',
  });
  issuer = await startTestIssuer(environment);
  const { authorities } = await issuer.mintJoinToken();
  ca = certificatesToPem(authorities.map((der) => Buffer.from(der, 'base64')));
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

function ask(
  body: string,
): Promise<{ status: number | undefined; text: string; retryAfter: string | undefined }> {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<typeof ask>>>();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const call = request(
    `${environment['TOKEN_ENDPOINT_ISSUER']}/oauth/token`,
    { method: 'POST', ca, headers },
    async (answer) => {
      const text = Buffer.concat(await answer.toArray()).toString();
      resolve({ status: answer.statusCode, text, retryAfter: answer.headers['retry-after'] });
    },
  );
  call.on('error', reject);
  call.end(body);
  return promise;
}

it('answers no more of one address than it may send, and says when to come back', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => ask('grant_type=password')));
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(5);
  expect(answers.some(({ status }) => status === 400)).toBe(true);
  for (const { text, retryAfter } of refused) {
    expect([text, retryAfter]).toEqual(['{"error":"temporarily_unavailable"}', '1']);
  }
});

it('writes down that the token policies were replaced: who may set them may let anyone act for anyone', async () => {
  expect(await issuer.admin('PUT', '/admin/token-policies', { policies: [] })).toMatchObject({ status: 200 });
  expect(issuer.ledger().at(-1)).toMatchObject({ event: 'token-policies-replaced', reason: '0 policies' });
});

it('lets one of many have what is shown to several issuers at once, and forgets what has ended', async () => {
  const databases = [1, 2].map(() => openDatabase(environment['DATABASE_URL'] ?? '', () => {}));
  const stores = databases.map((database) => new PostgresUsedProofs(database));
  const expiresAt = new Date('2026-01-01T00:00:00Z');
  const proofs = Array.from({ length: 4 }, () => ({ id: new Uint8Array(randomBytes(32)), expiresAt }));
  // The same four in every order, ten times over: two of them at most wait for each other.
  const asked = Array.from({ length: 20 }, (_, n) =>
    stores[n % 2]?.take(n % 3 === 0 ? proofs.toReversed() : proofs),
  );
  const taken = await Promise.all(asked);
  expect(taken.filter((before) => before?.length === 0)).toHaveLength(1);
  expect(taken.filter((before) => before?.length === 4)).toHaveLength(19);
  const lasting = { id: new Uint8Array(randomBytes(32)), expiresAt: new Date('2027-01-01T00:00:00Z') };
  expect(await stores[0]?.take([lasting])).toEqual([]);
  expect(await stores[0]?.forget(new Date('2026-06-01T00:00:00Z'))).toBe(4);
  expect(await stores[1]?.take([lasting, ...proofs])).toEqual([lasting]);
  await Promise.all(databases.map((database) => database.end()));
});

it('gives nobody anything while its database is away', async () => {
  await postgres.kill();
  const body =
    'grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-spiffe';
  const { status, text } = await ask(`${body}&client_assertion=a.b.c&resource=https://rs.test`);
  expect([status, text]).toEqual([503, '{"error":"temporarily_unavailable"}']);
  await postgres.startAgain();
});
