import { issuance } from '@blastradius/contracts';
import { createAuthority, createTokenAuthority } from '@blastradius/pki';
import { formatSpiffeBundle, parseSpiffeBundle } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
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
  environment = await newEnvironment(postgres);
  issuer = await startTestIssuer(environment);
});
afterAll(async () => {
  await issuer?.close();
  await postgres?.stop();
  removeEnvironment(environment);
});

async function bundleOfOther(): Promise<Record<string, unknown>> {
  const notAfter = new Date(Date.now() + 3_600_000);
  const { certificate } = await createAuthority({
    trustDomain: 'other.test',
    notBefore: new Date(),
    notAfter,
  });
  const { keyId, publicKey } = await createTokenAuthority(notAfter);
  return JSON.parse(
    formatSpiffeBundle({
      trustDomain: 'other.test',
      x509Authorities: [certificate],
      jwtAuthorities: new Map([[keyId, publicKey]]),
      witAuthorities: new Map(),
      sequence: 7n,
    }),
  );
}

describe('the bundle of another trust domain', () => {
  it('reaches the sidecars as it was understood, until it is taken away', async () => {
    const { client } = await issuer.admitSidecar();
    const bundle = async () => issuance.trustBundle.parse((await client.get('/v1/bundle')).body);
    const document = await bundleOfOther();
    const before = await bundle();
    const given = { ...document, unknown: 'member' };
    expect((await issuer.admin('PUT', '/admin/federated-bundles/other.test', given)).status).toBe(200);
    const federated = await bundle();
    expect(JSON.parse(federated.federatedBundles['other.test'] ?? '')).toEqual(document);
    expect(federated.sequence).toBeGreaterThan(before.sequence);
    // The same once more is no change.
    await issuer.admin('PUT', '/admin/federated-bundles/other.test', document);
    expect(await bundle()).toEqual(federated);
    expect((await issuer.admin('DELETE', '/admin/federated-bundles/other.test')).status).toBe(200);
    expect((await bundle()).federatedBundles).toEqual({});
    expect((await issuer.admin('DELETE', '/admin/federated-bundles/other.test')).status).toBe(404);
  });

  it('is refused where it is none, or our own, and the operator is told why', async () => {
    const document = await bundleOfOther();
    const put = (name: string, body: unknown) =>
      issuer.admin('PUT', `/admin/federated-bundles/${name}`, body);
    const refusals = [
      [trustDomain, document, 'own trust domain'],
      ['Other.test', document, 'trust-domain-character'],
      ['other.test', {}, 'bundle.keys-missing'],
      ['other.test', { keys: [{ kty: 'EC', use: 'x509-svid', x5c: ['AAAA'] }] }, 'bundle.'],
    ] as const;
    for (const [name, body, text] of refusals) {
      const answer = await put(name, body);
      expect(answer).toMatchObject({ status: 400, body: { code: 'federation.bundle-invalid' } });
      expect(answer.text).toContain(text);
    }
  });

  it('goes to the workloads whose policy says so', async () => {
    const policy = {
      id: 'p',
      selectors: ['x'],
      spiffeId: 'spiffe://{trustDomain}/w',
      federatesWith: ['other.test'],
    };
    const plain = { ...policy, id: 'q', spiffeId: 'spiffe://{trustDomain}/v', federatesWith: undefined };
    await issuer.admin('PUT', '/admin/policies', { policies: [policy, plain] });
    const { client } = await issuer.admitSidecar();
    const answer = await client.post('/v1/entitlements', { selectors: ['x'] });
    const { entitlements } = issuance.entitlementsAnswer.parse(answer.body);
    expect(entitlements.map(({ federatesWith }) => federatesWith)).toEqual([['other.test'], undefined]);
  });
});

describe('our own bundle', () => {
  it('is a SPIFFE bundle document to anyone, and follows each rotation', async () => {
    const { authorities } = await issuer.mintJoinToken();
    const stranger = issuer.client(authorities);
    const read = async () => parseSpiffeBundle(trustDomain, (await stranger.get('/v1/spiffe-bundle')).text);
    const before = await read();
    const counts = ({ x509Authorities, jwtAuthorities, witAuthorities }: typeof before) => [
      x509Authorities.length,
      jwtAuthorities.size,
      witAuthorities.size,
    ];
    expect(counts(before)).toEqual([1, 1, 1]);
    expect(before.refreshHintSeconds).toBe(1);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
    const after = await read();
    expect(counts(after)).toEqual([2, 2, 2]);
    expect(after.sequence).toBeGreaterThan(before.sequence ?? 0n);
    const { headers } = await stranger.get('/v1/spiffe-bundle');
    expect(headers['content-type']).toContain('application/json');
  });
});
