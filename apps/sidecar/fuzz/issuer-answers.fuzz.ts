import { issuance, type TrustBundleDocument } from '@blastradius/contracts';
import { mutatedText, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { TrustBundles } from '../src/svid-store/trust-bundles.ts';

const jwk = { kty: 'EC', crv: 'P-256', x: 'x', y: 'y', kid: 'aa' } as const;
const first: TrustBundleDocument = {
  trustDomain: 'moltbook.test',
  sequence: 1,
  refreshHintSeconds: 60,
  x509Authorities: ['AAAA'],
  jwtAuthorities: [jwk],
  witAuthorities: [jwk],
  federatedBundles: { 'friend.test': JSON.stringify({ keys: [], spiffe_sequence: 1 }) },
  taintedAuthorityKeyIds: ['00ff'],
};
const next = JSON.stringify({ ...first, sequence: 2 });

/** As the sidecar takes an answer of its issuer. */
function take(text: string): { taken: boolean; federated: boolean } {
  const bundles = new TrustBundles(first);
  const read = issuance.trustBundle.safeParse(readJson(text));
  if (!read.success) return { taken: false, federated: false };
  bundles.offer(read.data);
  const view = bundles.viewFor(['friend.test']);
  expect([...view.x509.keys()]).toEqual(['spiffe://moltbook.test']);
  return { taken: bundles.current.document.sequence === 2, federated: view.federatedX509.size > 0 };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

it('a bundle of the issuer is taken or refused, is never that of another trust domain, and breaks nothing', async () => {
  expect(take(next)).toEqual({ taken: true, federated: true });
  expect(take(next.replace('moltbook.test', 'other.test')).taken).toBe(false);
  const texts = fc.oneof(
    mutatedText(next),
    fc.jsonValue().map((value) => JSON.stringify({ ...first, federatedBundles: value })),
    mutatedText(first.federatedBundles['friend.test'] ?? '').map((bundle) =>
      JSON.stringify({ ...first, sequence: 2, federatedBundles: { 'friend.test': bundle } }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(texts, async (text) => {
      expect(await outcomeOf(() => take(text))).toBe('accepted');
    }),
  );
});
