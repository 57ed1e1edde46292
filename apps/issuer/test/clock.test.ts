import { X509Certificate } from 'node:crypto';
import { issuance } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csrFor, type SidecarClient } from './sidecar-client.ts';
import {
  databaseOf,
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const HOUR_MS = 3_600_000;
const PATIENCE = { timeout: 10_000 };
const spiffeId = `spiffe://${trustDomain}/workload`;

let postgres: Postgres;
let issuer: TestIssuer;
/** How far the issuer's clock is before everybody else's, its database's included. */
let aheadMs: number;
const clock = { now: () => new Date(Date.now() + aheadMs) };

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  aheadMs = 0;
  const environment = await newEnvironment(postgres, {
    AUTHORITY_TTL_SECONDS: '14400',
    CLOCK_DIFFERENCE_SECONDS_MAX: '60',
  });
  issuer = await startTestIssuer(environment, clock);
  const policy = { id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/workload' };
  await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
});
afterEach(async () => {
  await issuer.close();
  removeEnvironment(issuer.environment);
});

const askForSvid = async (client: SidecarClient) => {
  const { csr } = await csrFor(spiffeId);
  return client.post('/v1/x509-svids', { selectors: ['x'], requests: [{ spiffeId, csr }] });
};
const issuedSerials = () =>
  issuer
    .ledger()
    .flatMap((record) =>
      record.ledger === 'issuer' && record.event === 'svid-issued' ? [record.serial] : [],
    );
const keysStored = async () => {
  const sql = 'select id, activated_at, tainted_at from issuer.authorities order by id';
  return (await postgres.query(databaseOf(issuer.environment), sql)).rows;
};

describe('an issuer whose clock', () => {
  it.each([HOUR_MS, -HOUR_MS])(
    'is %i ms wrong signs nothing and changes no key, and does both again once it is right',
    async (wrongMs) => {
      const { client, authorities } = await issuer.admitSidecar('range');
      expect((await askForSvid(client)).status).toBe(200);
      const { joinToken } = await issuer.mintJoinToken('other', 7200);
      const [issued, keys] = [issuedSerials(), await keysStored()];
      aheadMs = wrongMs;
      // At once, and not only when it has asked its database again.
      expect((await askForSvid(client)).status).toBe(503);
      const joins = { joinToken, csr: (await csrFor(`spiffe://${trustDomain}/sidecar`)).csr };
      expect((await issuer.client(authorities).post('/v1/attest/join-token', joins)).status).toBe(503);
      for (const step of ['prepare', 'forced']) {
        const ordered = await issuer.admin('POST', '/admin/authority/rotate', { step, publishSeconds: 0 });
        expect(ordered).toMatchObject({ status: 503 });
      }
      const minted = await issuer.admin('POST', '/admin/join-tokens', { node: 'n', ttlSeconds: 60 });
      expect(minted.status).toBe(503);
      // A few rounds of its upkeep.
      await new Promise((resolve) => setTimeout(resolve, 1500));
      expect((await issuer.client(authorities).get('/readyz')).status).toBe(503);
      expect(issuedSerials()).toEqual(issued);
      expect(await keysStored()).toEqual(keys);
      aheadMs = 0;
      await expect.poll(async () => (await askForSvid(client)).status, PATIENCE).toBe(200);
      await expect
        .poll(async () => (await issuer.client(authorities).get('/readyz')).status, PATIENCE)
        .toBe(200);
    },
  );

  it('lets policies be replaced while it is wrong: what is to be withdrawn is withdrawn', async () => {
    const { client } = await issuer.admitSidecar('range');
    aheadMs = HOUR_MS;
    expect((await issuer.admin('PUT', '/admin/policies', { policies: [] })).status).toBe(200);
    aheadMs = 0;
    const answer = issuance.x509SvidsAnswer.parse((await askForSvid(client)).body);
    expect(answer.results).toEqual([{ spiffeId, refused: 'issuance.not-entitled' }]);
  });

  it('is an hour wrong when it starts does not start, and says why', async () => {
    const environment = await newEnvironment(postgres, { CLOCK_DIFFERENCE_SECONDS_MAX: '60' });
    aheadMs = HOUR_MS;
    await expect(startTestIssuer(environment, clock)).rejects.toMatchObject({
      code: 'issuer.clocks-differ',
    });
    aheadMs = 0;
    removeEnvironment(environment);
  });

  it('is set back takes no join token twice, and one that has ended by it before only after', async () => {
    const { joinToken, authorities } = await issuer.mintJoinToken('range', 20);
    const join = async () => {
      const { csr } = await csrFor(`spiffe://${trustDomain}/sidecar`);
      return issuer.client(authorities).post('/v1/attest/join-token', { joinToken, csr });
    };
    aheadMs = 40_000;
    expect((await join()).status).toBe(401);
    aheadMs = 0;
    const { status, body } = await join();
    expect(status).toBe(200);
    const [leaf = ''] = issuance.joinTokenAnswer.parse(body).svid.certificateChain;
    const certificate = new X509Certificate(Buffer.from(leaf, 'base64'));
    expect(certificate.validFromDate.getTime()).toBeLessThanOrEqual(Date.now());
    aheadMs = -30_000;
    expect((await join()).status).toBe(401);
  });
});
