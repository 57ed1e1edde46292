import { X509Certificate } from 'node:crypto';
import { createAuthority, generateP256KeyPair, mintX509Svid } from '@blastradius/pki';
import { expect, it } from 'vitest';
import { authorityKeyIdOf, subjectKeyIdOf } from './key-identifiers.ts';

const lifetime = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-01-02T00:00:00Z') };

it('tell by which of two authorities of one trust domain a certificate was signed', async () => {
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

it('are absent where a certificate has none', async () => {
  const { certificate } = await createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
  expect(authorityKeyIdOf(certificate)).toBeUndefined();
});
