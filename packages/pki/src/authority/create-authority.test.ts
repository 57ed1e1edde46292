import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { describe, expect, it } from 'vitest';
import { createAuthority } from './create-authority.ts';

const lifetime = { notBefore: new Date('2026-01-01T00:00:00Z'), notAfter: new Date('2026-01-02T00:00:00Z') };

describe('createAuthority', () => {
  it('makes a signing certificate of the trust domain, and nothing but that', async () => {
    const { certificate, privateKey } = await createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
    const parsed = new x509.X509Certificate(new Uint8Array(certificate));
    expect(parsed.getExtension(x509.BasicConstraintsExtension)).toMatchObject({ ca: true, critical: true });
    expect(parsed.getExtension(x509.KeyUsagesExtension)).toMatchObject({
      usages: x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign,
      critical: true,
    });
    expect(parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items).toEqual([
      expect.objectContaining({ type: 'url', value: 'spiffe://moltbook.test' }),
    ]);
    expect(parsed).toMatchObject(lifetime);
    const read = new X509Certificate(certificate);
    expect(read.verify(read.publicKey) && read.checkPrivateKey(privateKey)).toBe(true);
  });

  it('gives each authority its own name, so that two of one domain are never confused', async () => {
    const make = () => createAuthority({ trustDomain: 'moltbook.test', ...lifetime });
    const [one, two] = await Promise.all([make(), make()]);
    expect(new X509Certificate(one.certificate).subject).not.toBe(
      new X509Certificate(two.certificate).subject,
    );
  });

  it('refuses what is no trust domain', async () => {
    await expect(createAuthority({ trustDomain: 'Moltbook/agent', ...lifetime })).rejects.toThrow(
      'SPIFFE ID',
    );
  });
});
