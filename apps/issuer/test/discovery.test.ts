import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { issuance } from '@blastradius/contracts';
import { createServerCertificate } from '@blastradius/pki';
import { freePort, type Postgres, startPostgres } from '@blastradius/testkit';
import { createRemoteJWKSet, decodeProtectedHeader, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { discovery } from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type IssuerProcess, startIssuerProcess } from './issuer-process.ts';
import type { SidecarClient } from './sidecar-client.ts';
import { newEnvironment, removeEnvironment, trustDomain } from './test-issuer.ts';

const spiffeId = `spiffe://${trustDomain}/agent/one`;
const audience = 'https://relying-party.test';
/** As relying parties remember keys; a key that they have not seen makes them look again, and not more often. */
const REMEMBERED_MS = 600_000;

let postgres: Postgres;
let environment: Record<string, string>;
let issuer: IssuerProcess;
let sidecar: SidecarClient;
/** With a path, as one behind a gateway has it. */
let issuerUrl: string;
const webCas = getCACertificates('default');

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres);
  const port = await freePort();
  issuerUrl = `https://localhost:${port}/td`;
  const { certificatePem, privateKeyPem } = await createServerCertificate();
  const folder = join(environment['LEDGER_FILE'] ?? '', '..');
  writeFileSync(join(folder, 'web.pem'), certificatePem);
  writeFileSync(join(folder, 'web.key'), privateKeyPem);
  setDefaultCACertificates([...webCas, certificatePem]);
  issuer = await startIssuerProcess({
    ...environment,
    OIDC_DISCOVERY_PORT: String(port),
    JWT_SVID_ISSUER: issuerUrl,
    WEB_CERTIFICATE_FILE: join(folder, 'web.pem'),
    WEB_KEY_FILE: join(folder, 'web.key'),
  });
  const policies = [{ id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/agent/one' }];
  await issuer.admin('PUT', '/admin/policies', { policies });
  sidecar = await issuer.admitSidecar();
});
afterAll(async () => {
  setDefaultCACertificates(webCas);
  sidecar?.close();
  await issuer?.stop();
  await postgres?.stop();
  removeEnvironment(environment);
});

async function token(): Promise<string> {
  const requests = [{ spiffeId, audience: [audience] }];
  const answer = await sidecar.post('/v1/jwt-svids', { selectors: ['x'], requests });
  const [result] = issuance.tokenSvidsAnswer.parse(answer.body).results;
  return issuance.tokenSvidDocument.parse(result).token;
}

/** As a relying party does it that knows nothing but the issuer's URL. */
async function keysByDiscovery(): Promise<ReturnType<typeof createRemoteJWKSet>> {
  const configuration = await discovery(new URL(issuerUrl), 'nobody');
  const { jwks_uri: keys = '' } = configuration.serverMetadata();
  return createRemoteJWKSet(new URL(keys), { cacheMaxAge: REMEMBERED_MS, cooldownDuration: REMEMBERED_MS });
}

const verify = (text: string, keys: JWTVerifyGetKey) =>
  jwtVerify(text, keys, {
    issuer: issuerUrl,
    audience,
    algorithms: ['ES256'],
    requiredClaims: ['iat', 'sub'],
  });

describe('a relying party that finds our keys by the issuer’s URL', () => {
  it('verifies a JWT-SVID by openid-client’s discovery and jose’s remote key set', async () => {
    const { payload, protectedHeader } = await verify(await token(), await keysByDiscovery());
    expect(payload).toMatchObject({ iss: issuerUrl, sub: spiffeId, aud: [audience] });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', kid: expect.any(String) });
    const other = jwtVerify(await token(), await keysByDiscovery(), { audience: 'another' });
    await expect(other).rejects.toMatchObject({ code: 'ERR_JWT_CLAIM_VALIDATION_FAILED' });
  });

  it('reads what AWS, Google, Azure and Vault require of the documents', async () => {
    const answer = await fetch(`${issuerUrl}/.well-known/openid-configuration`);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(await answer.json()).toEqual({
      issuer: issuerUrl,
      jwks_uri: `${issuerUrl}/keys`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256'],
      claims_supported: ['iss', 'sub', 'aud', 'iat', 'exp', 'jti'],
    });
    const { keys } = (await (await fetch(`${issuerUrl}/keys`)).json()) as { keys: Record<string, unknown>[] };
    expect(keys).toHaveLength(1);
    for (const key of keys) {
      expect(key).toMatchObject({ kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' });
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
    // The bundle is on a listener of its own.
    expect((await fetch(new URL('/', issuerUrl))).status).toBe(404);
  });

  it('goes on through a rotation by the keys it has read: the next is published before it signs', async () => {
    const before = await keysByDiscovery();
    const first = await token();
    await verify(first, before);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare', kind: 'jwt' });
    const ahead = async () => {
      const keys = await keysByDiscovery();
      await verify(first, keys);
      return keys.jwks()?.keys.length;
    };
    await expect.poll(ahead).toBe(2);
    const during = await keysByDiscovery();
    await verify(first, during);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate', kind: 'jwt' });
    const second = await token();
    expect(decodeProtectedHeader(second).kid).not.toBe(decodeProtectedHeader(first).kid);
    await verify(second, during);
    await verify(first, await keysByDiscovery());
    // The control: who has read the keys before, and may not look again yet, does not know the new one.
    await expect(verify(second, before)).rejects.toMatchObject({ code: 'ERR_JWKS_NO_MATCHING_KEY' });
  });
});
