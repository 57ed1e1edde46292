import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { verifyX509Svid, X509BundleSet } from '@blastradius/spiffe';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from '../authority/create-authority.ts';
import { SubjectNameInvalid } from '../der/general-names.ts';
import { generateP256KeyPair, type KeyPair } from '../key-pair/p256.ts';
import { checkMintedSvid } from './check-minted-svid.ts';
import { MintedSvidWrong, MintLifetimeEmpty, MintRequestInvalid } from './mint.errors.ts';
import { type MintRequest, mintX509Svid } from './mint-x509-svid.ts';

const trustDomain = 'moltbook.test';
const authorityLife = {
  notBefore: new Date('2000-01-01T00:00:00Z'),
  notAfter: new Date('2090-01-01T00:00:00Z'),
};
let authority: Authority;
let keys: KeyPair;
let publicKeySpki: Buffer;

beforeAll(async () => {
  authority = await createAuthority({ trustDomain, ...authorityLife });
  keys = await generateP256KeyPair();
  publicKeySpki = keys.publicKey.export({ type: 'spki', format: 'der' });
});

const now = new Date('2026-02-01T12:00:00Z');
const mint = (changes: Partial<MintRequest> = {}) =>
  mintX509Svid({
    authority,
    spiffeId: 'spiffe://moltbook.test/agent/a',
    publicKeySpki,
    notBefore: now,
    notAfter: new Date(now.getTime() + 60_000),
    ...changes,
  });

const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const label = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 63 });
const requests = fc.record({
  path: fc.array(
    fc.string({ unit: fc.constantFrom(...letters, 'A', '-', '_'), minLength: 1, maxLength: 60 }),
    {
      minLength: 1,
      maxLength: 12,
    },
  ),
  // On both sides of 2050, where the encoding of time changes.
  beginSeconds: fc.integer({ min: 946_684_800, max: 3_700_000_000 }),
  lifeMs: fc.integer({ min: 1000, max: 86_400_000 }),
  dnsNames: fc.array(
    fc.tuple(label, label).map((labels) => labels.join('.')),
    { maxLength: 4 },
  ),
  ipv4: fc.ipV4(),
  ipv6: fc.ipV6().filter((address) => !address.includes('.')),
});

describe('mintX509Svid', () => {
  it('mints what another library reads field by field as it was asked for', () => {
    fc.assert(
      fc.property(requests, ({ path, beginSeconds, lifeMs, dnsNames, ipv4, ipv6 }) => {
        const spiffeId = `spiffe://${trustDomain}/${path.join('/')}`;
        const notBefore = new Date(beginSeconds * 1000);
        const notAfter = new Date(beginSeconds * 1000 + lifeMs);
        const minted = mint({ spiffeId, notBefore, notAfter, dnsNames, ipAddresses: [ipv4, ipv6] });
        const parsed = new x509.X509Certificate(new Uint8Array(minted.certificate));
        const names = parsed.getExtension(x509.SubjectAlternativeNameExtension);
        const of = (type: string) =>
          names?.names.items.filter((name) => name.type === type).map((name) => name.value);
        expect(of('url')).toEqual([spiffeId]);
        expect(of('dns')).toEqual(dnsNames);
        expect(of('ip')?.[0]).toBe(ipv4);
        expect(of('ip')?.length).toBe(2);
        expect(parsed.notBefore).toEqual(notBefore);
        expect(parsed.notAfter).toEqual(new Date(Math.floor(notAfter.getTime() / 1000) * 1000));
        expect(minted.notAfter).toEqual(parsed.notAfter);
        expect(parsed.serialNumber).toBe(minted.serial);
        expect(Buffer.from(parsed.publicKey.rawData)).toEqual(publicKeySpki);
        expect(parsed.subject).toBe('');
      }),
      { numRuns: 60 },
    );
  });

  it('follows the profile: extensions, their criticality and key identifiers', async () => {
    const parsed = new x509.X509Certificate(new Uint8Array(mint().certificate));
    const signer = new x509.X509Certificate(new Uint8Array(authority.certificate));
    expect(parsed.extensions.map(({ type, critical }) => [type, critical])).toEqual([
      ['2.5.29.19', true],
      ['2.5.29.15', true],
      ['2.5.29.37', false],
      ['2.5.29.14', false],
      ['2.5.29.35', false],
      ['2.5.29.17', true],
    ]);
    expect(parsed.getExtension(x509.BasicConstraintsExtension)?.ca).toBe(false);
    expect(parsed.getExtension(x509.KeyUsagesExtension)?.usages).toBe(x509.KeyUsageFlags.digitalSignature);
    expect(parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages).toEqual([
      x509.ExtendedKeyUsage.serverAuth,
      x509.ExtendedKeyUsage.clientAuth,
    ]);
    expect(parsed.getExtension(x509.AuthorityKeyIdentifierExtension)?.keyId).toBe(
      signer.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId,
    );
    const keyId = await x509.SubjectKeyIdentifierExtension.create(parsed.publicKey);
    expect(parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId).toBe(keyId.keyId);
    expect(parsed.issuer).toBe(signer.subject);
    expect(await parsed.verify({ publicKey: signer.publicKey, signatureOnly: true })).toBe(true);
  });

  it('is accepted by node:crypto and by our own verification', () => {
    const { certificate, serial } = mint();
    const read = new X509Certificate(certificate);
    const signer = new X509Certificate(authority.certificate);
    expect(read.checkIssued(signer) && read.verify(signer.publicKey)).toBe(true);
    expect(read.checkPrivateKey(keys.privateKey)).toBe(true);
    const bundles = new X509BundleSet([{ trustDomain, authorities: [authority.certificate] }]);
    expect(verifyX509Svid([certificate], bundles, now)).toMatchObject({ serial });
  });

  it('never outlives its signer, and never begins before it', () => {
    const { notBefore, notAfter } = mint({ notBefore: new Date(0), notAfter: new Date('2120-01-01') });
    expect({ notBefore, notAfter }).toEqual(authorityLife);
  });

  it('refuses to mint when nothing is left of the lifetime', () => {
    expect(() => mint({ notBefore: new Date('2100-01-01'), notAfter: new Date('2100-01-02') })).toThrow(
      MintLifetimeEmpty,
    );
    expect(() => mint({ notAfter: now })).toThrow(MintLifetimeEmpty);
  });

  it('gives every certificate a positive serial of its own', () => {
    const serials = Array.from({ length: 200 }, () => mint().serial);
    expect(new Set(serials).size).toBe(200);
    expect(serials.every((serial) => /^[0-7][0-9a-f]{31}$/.test(serial))).toBe(true);
  });

  it('refuses an identity without a path, a key off the curve and names that are none', () => {
    expect(() => mint({ spiffeId: 'spiffe://moltbook.test' })).toThrow(MintRequestInvalid);
    expect(() => mint({ spiffeId: 'spiffe://moltbook.test/a b' })).toThrow('SPIFFE ID');
    expect(() => mint({ publicKeySpki: publicKeySpki.subarray(1) })).toThrow(MintRequestInvalid);
    for (const name of ['', 'a..b', '*.test', 'a\0b', '-a', 'ä.test', 'a'.repeat(254)]) {
      expect(() => mint({ dnsNames: [name] })).toThrow(SubjectNameInvalid);
    }
    for (const address of ['', '1.2.3', 'localhost', 'fe80::1%eth0']) {
      expect(() => mint({ ipAddresses: [address] })).toThrow(SubjectNameInvalid);
    }
  });
});

describe('checkMintedSvid', () => {
  const expected = () => ({
    authority,
    spiffeId: 'spiffe://moltbook.test/agent/a',
    publicKeySpki,
    notAfter: new Date(now.getTime() + 60_000),
  });

  it('lets through what was asked for, with further names or without', () => {
    checkMintedSvid(mint(), expected());
    const names = { dnsNames: ['a.test'], ipAddresses: ['127.0.0.1', '::1'] };
    checkMintedSvid(mint(names), { ...expected(), ...names });
  });

  it('holds back another identity, key, end, signer or serial', async () => {
    const other = await createAuthority({ trustDomain, ...authorityLife });
    const otherKey = (await generateP256KeyPair()).publicKey.export({ type: 'spki', format: 'der' });
    const wrong = [
      { ...expected(), spiffeId: 'spiffe://moltbook.test/agent/b' },
      { ...expected(), publicKeySpki: otherKey },
      { ...expected(), notAfter: now },
      { ...expected(), authority: other },
    ];
    for (const expectation of wrong)
      expect(() => checkMintedSvid(mint(), expectation)).toThrow(MintedSvidWrong);
    expect(() => checkMintedSvid({ ...mint(), serial: '01' }, expected())).toThrow(MintedSvidWrong);
  });

  it('holds back one with names that nobody granted, or without those that were', () => {
    const more = mint({ dnsNames: ['a.test'] });
    expect(() => checkMintedSvid(more, expected())).toThrow('DNS names');
    expect(() => checkMintedSvid(mint(), { ...expected(), dnsNames: ['a.test'] })).toThrow('DNS names');
    expect(() => checkMintedSvid(mint({ ipAddresses: ['::1'] }), expected())).toThrow('IP addresses');
  });

  it('holds back a certificate of which any one byte before the signature was changed', () => {
    const minted = mint({ dnsNames: ['a.test'] });
    const wanted = { ...expected(), dnsNames: ['a.test'] };
    const signedBytes = minted.certificate.length - 72;
    for (let at = 0; at < signedBytes; at++) {
      const certificate = Buffer.from(minted.certificate);
      certificate[at] = (certificate[at] ?? 0) ^ 0x01;
      expect(() => checkMintedSvid({ ...minted, certificate }, wanted), `byte ${at}`).toThrow(
        MintedSvidWrong,
      );
    }
  });

  it('holds back the first that a broken key signs, and then one of each 64', async () => {
    const broken = await createAuthority({ trustDomain, ...authorityLife });
    const released = Array.from({ length: 129 }, () => {
      const minted = mint({ authority: broken });
      const certificate = Buffer.from(minted.certificate);
      const last = certificate.length - 1;
      certificate[last] = (certificate[last] ?? 0) ^ 1;
      try {
        checkMintedSvid({ ...minted, certificate }, { ...expected(), authority: broken });
        return true;
      } catch (error) {
        expect(error).toBeInstanceOf(MintedSvidWrong);
        return false;
      }
    });
    expect(released.flatMap((one, index) => (one ? [] : [index]))).toEqual([0, 64, 128]);
  });
});
