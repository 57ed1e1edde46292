import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorkloadApiClient } from '../../packages/spiffe/src/index.ts';
import { ShapedAuthority } from '../../packages/spiffe/test/shaped-authority.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';
import { type BundleDocument, bundleClauses } from './clauses/bundle-clauses.ts';
import { type CertificateFacts, readCertificate } from './clauses/certificate-facts.ts';
import type { Clause } from './clauses/clause.ts';
import { spiffeIdClauses } from './clauses/spiffe-id-clauses.ts';
import { jwtSvidClauses, type TokenParts, takeApart, witSvidClauses } from './clauses/token-clauses.ts';
import { leafClauses, signingClauses } from './clauses/x509-svid-clauses.ts';
import { publishedBundle } from './published-bundle.ts';

/**
 * What the issuer mints and publishes, held to the clauses that spiffe-compliance-checker looks at, SHOULD
 * clauses included; it needs no Go. Nothing of ours reads it: openssl does, and JSON.parse.
 */
let domain: RunningTrustDomain;
let spiffeId: string;
let leaf: CertificateFacts;
let authority: CertificateFacts;
let jwtSvid: TokenParts;
let witSvid: TokenParts;
let bundle: BundleDocument;

beforeAll(async () => {
  domain = await startTrustDomain();
  await domain.grant([{ hint: 'agent', path: '/agent', dnsNames: ['agent.interop.test'] }]);
  const client = createWorkloadApiClient({ socketPath: domain.socketPath });
  const { svids, bundles } = await client.fetchX509Context();
  spiffeId = String(svids[0]?.spiffeId);
  leaf = await readCertificate(svids[0]?.certificates[0] ?? new Uint8Array());
  authority = await readCertificate(bundles.get(domain.name)?.authorities[0] ?? new Uint8Array());
  jwtSvid = takeApart((await client.fetchJwtSvid({ audience: 'https://service.test/' })).token);
  witSvid = takeApart((await client.fetchWitSvids())[0]?.token ?? '');
  bundle = JSON.parse(await publishedBundle(domain, client));
});
afterAll(() => domain?.stop());

clausesOf('the SPIFFE ID', spiffeIdClauses, () => spiffeId);
clausesOf('the leaf', leafClauses, () => leaf);
clausesOf('the authority', signingClauses, () => authority);
clausesOf('the JWT-SVID', jwtSvidClauses, () => jwtSvid);
clausesOf('the WIT-SVID', witSvidClauses, () => witSvid);
clausesOf('the bundle', bundleClauses, () => bundle);

function clausesOf<Artifact>(
  name: string,
  clauses: readonly Clause<Artifact>[],
  artifact: () => Artifact,
): void {
  describe(name, () => {
    it.each(clauses)('$standard, $section: $says; one that breaks it is found', ({ holds, broken }) => {
      expect(holds(artifact())).toBe(true);
      expect(holds(broken(artifact()))).toBe(false);
    });
  });
}

it('the bundle has keys of all three uses', () => {
  const uses = new Set(bundle.keys?.map(({ use }) => use));
  expect([...uses].sort()).toEqual(['jwt-svid', 'wit-svid', 'x509-svid']);
});

it('bad certificates are found as openssl reads them, the good one beside them is not', async () => {
  const issuer = await ShapedAuthority.create('bad.test');
  const brokenBy = async (shape: Parameters<ShapedAuthority['leaf']>[1]) => {
    const { chain } = await issuer.leaf('/a', shape);
    const facts = await readCertificate(chain[0] ?? new Uint8Array());
    return leafClauses.filter(({ holds }) => !holds(facts)).map(({ says }) => says);
  };
  expect(await brokenBy({})).toEqual([]);
  expect(await brokenBy({ subject: '' })).toEqual([]);
  expect(await brokenBy({ isCa: true })).toEqual(['it is no CA']);
  expect(await brokenBy({ mayAlso: 'keyCertSign' })).toEqual(['neither keyCertSign nor cRLSign is set']);
  expect(await brokenBy({ uris: [] })).toEqual(['there is one URI SAN']);
  expect(await brokenBy({ uris: ['spiffe://bad.test'] })).toEqual(['the SPIFFE ID has a path']);
});
