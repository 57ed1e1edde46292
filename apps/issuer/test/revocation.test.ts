import { issuance, issuerAdministration, type TrustBundleDocument } from '@blastradius/contracts';
import { subjectKeyIdOf } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, type SidecarClient } from './sidecar-client.ts';
import {
  databaseOf,
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());
afterEach(async () => {
  await issuer.close();
  removeEnvironment(environment);
});
const start = async () => {
  environment = await newEnvironment(postgres);
  issuer = await startTestIssuer(environment);
};
const rotate = async (order: object) => issuer.admin('POST', '/admin/authority/rotate', order);
const show = async () =>
  issuerAdministration.authoritiesAnswer.parse((await issuer.admin('GET', '/admin/authorities')).body);
const keysOf = async (kind: string) =>
  (await show()).authorities.filter((one) => one.kind === kind).map(({ state, keyId }) => ({ state, keyId }));
const bundleOf = async (client: SidecarClient): Promise<TrustBundleDocument> =>
  issuance.trustBundle.parse((await client.get('/v1/bundle')).body);
const renewal = async (client: SidecarClient) => {
  const { csr } = await csrFor(`spiffe://${trustDomain}/sidecar/range`);
  return client.post('/v1/renew', { csr });
};

describe('revocation', () => {
  it('takes what was tainted out of the bundle at once, and nobody in who was signed by it', async () => {
    await start();
    const { client: old } = await issuer.admitSidecar();
    const before = await bundleOf(old);
    await rotate({ step: 'forced', publishSeconds: 0 });
    const { client } = await issuer.admitSidecar();
    const tainted = await bundleOf(client);
    // Control: what is only tainted is still good.
    expect((await old.get('/v1/bundle')).status).toBe(200);
    expect((await rotate({ step: 'revoke' })).status).toBe(200);
    const after = await bundleOf(client);
    expect(after.sequence).toBeGreaterThan(tainted.sequence);
    expect(after.x509Authorities).toEqual(tainted.x509Authorities.slice(1));
    expect(after.jwtAuthorities).toEqual(tainted.jwtAuthorities.slice(1));
    expect(after.witAuthorities).toEqual(tainted.witAuthorities.slice(1));
    expect(after.taintedAuthorityKeyIds).toEqual([]);
    // On the connection that stands.
    expect((await old.get('/v1/bundle')).status).toBe(401);
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'svid-refused', reason: 'svid.untrusted' }),
    );
    const [revoked] = before.jwtAuthorities;
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'authority-revoked', kind: 'jwt', serial: revoked?.kid }),
    );
    expect(await keysOf('jwt')).toEqual([
      { state: 'revoked', keyId: revoked?.kid },
      { state: 'current', keyId: after.jwtAuthorities[0]?.kid },
    ]);
    const rows = await postgres.query(databaseOf(environment), 'select id from issuer.authorities');
    expect(rows.rows).toHaveLength(1);
  });

  it('is refused for what is not tainted, for what is unknown, and where nothing is tainted', async () => {
    await start();
    const code = async (order: object) => (await rotate({ step: 'revoke', ...order })).body;
    expect(await code({})).toMatchObject({ code: 'authority.none-tainted' });
    expect(await code({ keyId: 'ab'.repeat(10) })).toMatchObject({ code: 'authority.unknown' });
    const [current] = await keysOf('wit');
    expect(await code({ keyId: current?.keyId })).toMatchObject({ code: 'authority.in-use' });
    await rotate({ step: 'prepare' });
    await rotate({ step: 'activate' });
    expect(await code({ keyId: current?.keyId })).toMatchObject({ code: 'authority.untainted' });
    expect((await rotate({ step: 'revoke', keyId: current?.keyId, force: true })).status).toBe(200);
    expect((await keysOf('wit')).map(({ state }) => state)).toEqual(['revoked', 'current']);
    expect((await keysOf('jwt')).map(({ state }) => state)).toEqual(['previous', 'current']);
  });

  it('of the key that signs gives it a successor in the same step: the one that is published, if there is one', async () => {
    await start();
    const { client, authorities } = await issuer.admitSidecar();
    const keyId = subjectKeyIdOf(Buffer.from(authorities[0] ?? '', 'base64'));
    await rotate({ step: 'prepare', kind: 'x509' });
    const { x509Authorities } = await bundleOf(client);
    expect((await rotate({ step: 'revoke', keyId, force: true })).status).toBe(200);
    expect((await renewal(client)).status).toBe(401);
    expect((await keysOf('x509')).map(({ state }) => state)).toEqual(['revoked', 'current']);
    // Without one that waits it is made anew.
    const [, signs] = await keysOf('x509');
    expect((await rotate({ step: 'revoke', keyId: signs?.keyId, force: true })).status).toBe(200);
    expect((await keysOf('x509')).map(({ state }) => state)).toEqual(['revoked', 'revoked', 'current']);
    expect(x509Authorities).toHaveLength(2);
    // Its own certificate follows within half a second.
    const admitted = () =>
      issuer
        .admitSidecar()
        .then(({ client: next }) => renewal(next))
        .then(
          ({ status }) => status,
          () => 0,
        );
    await expect.poll(admitted, { timeout: 10_000 }).toBe(200);
  });
});
