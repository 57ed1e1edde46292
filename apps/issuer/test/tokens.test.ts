import { issuance, type TrustBundleDocument } from '@blastradius/contracts';
import { fakeClock, type Postgres, startPostgres } from '@blastradius/testkit';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { csrFor, type SidecarClient } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const spiffeId = `spiffe://${trustDomain}/workload`;
const another = `spiffe://${trustDomain}/another`;
const audience = ['spiffe://moltbook.test/network'];
const policy = { id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/workload' };
// It stands still, in the middle of a second: TLS alone goes by the machine's own.
const nowSeconds = Math.floor(Date.now() / 1000);
const clock = fakeClock(new Date(nowSeconds * 1000 + 400));

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres, {
    X509_SVID_TTL_SECONDS: '3000',
    JWT_SVID_ISSUER: 'https://issuer.moltbook.test',
    // Longer than what is left of the key that signs.
    WIT_SVID_TTL_SECONDS: '7200',
  });
  issuer = await startTestIssuer(environment, clock);
  await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

const ask = async (client: SidecarClient, path: string, requests: object[], selectors = ['x']) => {
  const answer = await client.post(path, { selectors, requests });
  return issuance.tokenSvidsAnswer.parse(answer.body);
};
const jwks = (authorities: TrustBundleDocument['jwtAuthorities']) =>
  createLocalJWKSet({ keys: authorities.map((jwk) => ({ ...jwk })) });
const tokenOf = (result: object | undefined) => issuance.tokenSvidDocument.parse(result);

describe('a JWT-SVID', () => {
  it('is what jose verifies by the bundle that comes with it, for five minutes', async () => {
    const { client } = await issuer.admitSidecar();
    const { results, bundle } = await ask(client, '/v1/jwt-svids', [{ spiffeId, audience }]);
    const { token, issuedAtMs, expiresAtMs } = tokenOf(results[0]);
    const options = { audience: audience[0] ?? '', subject: spiffeId, currentDate: clock.now() };
    const { payload, protectedHeader } = await jwtVerify(token, jwks(bundle.jwtAuthorities), options);
    expect(Object.keys(protectedHeader).toSorted()).toEqual(['alg', 'kid', 'typ']);
    expect(payload).toMatchObject({
      iss: 'https://issuer.moltbook.test',
      aud: audience,
      iat: issuedAtMs / 1000,
      exp: expiresAtMs / 1000,
    });
    expect(expiresAtMs).toBe((nowSeconds + 300) * 1000);
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({
        event: 'svid-issued',
        kind: 'jwt',
        spiffeId,
        serial: payload.jti,
        policyId: 'p',
      }),
    );
    // A bearer token: no record holds it.
    expect(JSON.stringify(issuer.ledger())).not.toContain(token.split('.')[2]);
  });

  it('is refused, one by one, for what no policy grants, and for more audience than a header carries', async () => {
    const { client } = await issuer.admitSidecar();
    const long = ['a', 'b', 'c'].map((letter) => letter.repeat(2000));
    const requests = [
      { spiffeId: another, audience },
      { spiffeId, audience: [...audience, ...audience, 'b'] },
      { spiffeId, audience: long },
    ];
    const { results } = await ask(client, '/v1/jwt-svids', requests);
    expect(results[0]).toEqual({ spiffeId: another, refused: 'issuance.not-entitled' });
    expect(decodeJwt(tokenOf(results[1]).token).aud).toEqual([...audience, 'b']);
    expect(results[2]).toEqual({ spiffeId, refused: 'issuance.audience-too-long' });
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'svid-refused', kind: 'jwt', spiffeId: another }),
    );
    const none = await ask(client, '/v1/jwt-svids', [{ spiffeId, audience }], ['y']);
    expect(none.results).toEqual([{ spiffeId, refused: 'issuance.not-entitled' }]);
  });

  it('is for someone: a request without audience is refused whole', async () => {
    const { client } = await issuer.admitSidecar();
    for (const nobody of [[], ['']]) {
      const body = { selectors: ['x'], requests: [{ spiffeId, audience: nobody }] };
      expect((await client.post('/v1/jwt-svids', body)).status).toBe(400);
    }
  });

  it('is no sidecar’s to ask for that is none', async () => {
    const { authorities } = await issuer.mintJoinToken();
    const body = { selectors: ['x'], requests: [{ spiffeId, audience }] };
    expect((await issuer.client(authorities).post('/v1/jwt-svids', body)).status).toBe(401);
    expect((await issuer.client(authorities).post('/v1/wit-svids', body)).status).toBe(401);
  });
});

describe('a WIT-SVID', () => {
  it('is bound to the key that signed the request, and ends with the key that signed it at the latest', async () => {
    const { client } = await issuer.admitSidecar();
    const { csr, privateKey } = await csrFor(spiffeId);
    const { results, bundle } = await ask(client, '/v1/wit-svids', [{ spiffeId, csr }]);
    const { token, expiresAtMs } = tokenOf(results[0]);
    const options = { typ: 'wit+jwt', subject: spiffeId, currentDate: clock.now() };
    const { payload } = await jwtVerify(token, jwks(bundle.witAuthorities), options);
    const { x, y } = privateKey.export({ format: 'jwk' });
    expect(payload).toMatchObject({ cnf: { jwk: { kty: 'EC', crv: 'P-256', x, y, alg: 'ES256' } } });
    expect(payload.aud).toBeUndefined();
    expect(expiresAtMs).toBe((nowSeconds + 3600) * 1000);
    // The keys of the two kinds are apart: what one set has signed, the other does not verify.
    await expect(jwtVerify(token, jwks(bundle.jwtAuthorities), options)).rejects.toThrow();
    expect(issuer.ledger()).toContainEqual(
      expect.objectContaining({ event: 'svid-issued', kind: 'wit', serial: payload.jti }),
    );
  });

  it('is refused for a key whose possession is not proved, and for another identity than the CSR’s', async () => {
    const { client } = await issuer.admitSidecar();
    const requests = [
      { spiffeId, csr: 'AAAA' },
      { spiffeId, csr: (await csrFor(another)).csr },
      { spiffeId: another, csr: (await csrFor(another)).csr },
    ];
    const { results } = await ask(client, '/v1/wit-svids', requests);
    expect(results.map((result) => 'refused' in result && result.refused)).toEqual([
      'csr.malformed',
      'issuance.csr-names-another-identity',
      'issuance.not-entitled',
    ]);
  });
});

describe('a key that signs tokens', () => {
  it('stays in the bundle when it is tainted, so that no token of an honest holder is refused', async () => {
    const { client } = await issuer.admitSidecar();
    const first = await ask(client, '/v1/jwt-svids', [{ spiffeId, audience }]);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare', kind: 'jwt' });
    const waiting = await ask(client, '/v1/jwt-svids', [{ spiffeId, audience }]);
    const kidOf = (answer: typeof first) => decodeProtectedHeader(tokenOf(answer.results[0]).token).kid;
    expect(kidOf(waiting)).toBe(kidOf(first));
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate', kind: 'jwt' });
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'taint', kind: 'jwt' });
    const next = await ask(client, '/v1/jwt-svids', [{ spiffeId, audience }]);
    expect(kidOf(next)).not.toBe(kidOf(first));
    const kids = next.bundle.jwtAuthorities.map(({ kid }) => kid);
    expect(kids.toSorted()).toEqual([kidOf(first) ?? '', kidOf(next) ?? ''].toSorted());
    expect(next.bundle.taintedAuthorityKeyIds).toEqual([kidOf(first)]);
  });
});
