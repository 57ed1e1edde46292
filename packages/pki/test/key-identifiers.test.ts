import { X509Certificate } from 'node:crypto';
import { authorityKeyIdOf, subjectKeyIdOf } from '@blastradius/spiffe';
import { expect, it } from 'vitest';
import { createAuthority } from '../src/authority/create-authority.ts';
import { generateP256KeyPair } from '../src/key-pair/p256.ts';
import { mintX509Svid } from '../src/x509-svid/mint-x509-svid.ts';

const lifetime = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-01-02T00:00:00Z') };

it('the key identifiers tell by which of two authorities of one trust domain a certificate was signed', async () => {
  const make = () => createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
  const [one, two] = await Promise.all([make(), make()]);
  const { publicKey } = await generateP256KeyPair();
  const { certificate } = mintX509Svid({
    authority: one,
    spiffeId: 'spiffe://moltbook.test/agent/a',
    publicKeySpki: publicKey.export({ type: 'spki', format: 'der' }),
    ...lifetime,
  });
  expect(authorityKeyIdOf(certificate)).toBe(subjectKeyIdOf(one.certificate));
  expect(authorityKeyIdOf(certificate)).not.toBe(subjectKeyIdOf(two.certificate));
  expect(authorityKeyIdOf(certificate)).toMatch(/^[0-9a-f]{40}$/);
  expect(new X509Certificate(certificate).checkIssued(new X509Certificate(one.certificate))).toBe(true);
});

it('the key identifiers are absent where a certificate has none', async () => {
  const { certificate } = await createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
  expect(authorityKeyIdOf(certificate)).toBeUndefined();
});
