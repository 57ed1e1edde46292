import { generateKeyPairSync } from 'node:crypto';
import { type Authority, createAuthority, mintX509Svid } from '@blastradius/pki';
import { X509BundleSet } from '@blastradius/spiffe';
import { beforeAll, describe, expect, test } from 'vitest';
import { clientCertificateVerifier } from './verify-client-certificate.ts';

const now = new Date('2026-11-24T12:00:00Z');
const at = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const crab = 'spiffe://moltbook.test/agent/Crab';
const authorityOf = (trustDomain: string) =>
  createAuthority({ trustDomain, notBefore: at(-3600), notAfter: at(3600) });

let ours: Authority;
let neighbour: Authority;
let rogue: Authority;
beforeAll(async () => {
  ours = await authorityOf('moltbook.test');
  neighbour = await authorityOf('other.test');
  rogue = await authorityOf('moltbook.test');
});

/** A leaf of Crab's unless told otherwise, DER. */
function leaf(authority: Authority, { spiffeId = crab, from = -60, to = 300 } = {}): Uint8Array {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const publicKeySpki = publicKey.export({ type: 'spki', format: 'der' });
  const life = { notBefore: at(from), notAfter: at(to) };
  return mintX509Svid({ authority, spiffeId, publicKeySpki, ...life }).certificate;
}

const bundles = () =>
  new X509BundleSet([
    { trustDomain: 'moltbook.test', authorities: [ours.certificate] },
    { trustDomain: 'other.test', authorities: [neighbour.certificate] },
  ]);
const verify = (chainDer: readonly Uint8Array[], when = now, trustedByTls = true) =>
  clientCertificateVerifier(bundles)({ chainDer, trustedByTls }, when);
const codeOf = (verification: () => unknown) => {
  try {
    verification();
    return 'accepted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
};

describe('a client certificate', () => {
  test('is believed where TLS and its trust domain’s bundle agree (control of what follows)', () => {
    expect(verify([leaf(ours)]).spiffeId.toString()).toBe(crab);
  });

  test.each<[string, () => readonly Uint8Array[]]>([
    ['of a rogue authority of the same name', () => [leaf(rogue)]],
    ['of a rogue authority, which it brings along', () => [leaf(rogue), rogue.certificate]],
    ['of a neighbour’s authority, for a name of ours', () => [leaf(neighbour)]],
    [
      'of our authority, for a neighbour’s name',
      () => [leaf(ours, { spiffeId: 'spiffe://other.test/agent/Crab' })],
    ],
    ['of a trust domain that nobody knows', () => [leaf(ours, { spiffeId: 'spiffe://far.test/agent/Crab' })]],
    ['that is the authority itself', () => [ours.certificate]],
    ['that is not valid yet', () => [leaf(ours, { from: 60 })]],
    ['of a stranger that has ended as well', () => [leaf(rogue, { to: -10 })]],
    ['that is none', () => [new Uint8Array([1, 2, 3])]],
    ['that is missing', () => []],
  ])('is refused %s', (_, chain) => {
    expect(codeOf(() => verify(chain()))).toBe('admission.untrusted-certificate');
  });

  test('is refused a second after its end, as one that was ours', () => {
    expect(codeOf(() => verify([leaf(ours)], at(301)))).toBe('admission.expired-svid');
  });

  test('is refused where TLS found no path, whatever the bundle says', () => {
    expect(codeOf(() => verify([leaf(ours)], now, false))).toBe('admission.untrusted-certificate');
  });

  test('is refused from the moment its authority is taken out of the bundle', () => {
    let current = bundles();
    const following = clientCertificateVerifier(() => current);
    const presented = { chainDer: [leaf(ours)], trustedByTls: true };
    expect(codeOf(() => following(presented, now))).toBe('accepted');
    current = new X509BundleSet([{ trustDomain: 'moltbook.test', authorities: [rogue.certificate] }]);
    expect(codeOf(() => following(presented, now))).toBe('admission.untrusted-certificate');
  });
});
