import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import { readElement, readElements } from '@blastradius/spiffe';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Authority, createAuthority } from '../authority/create-authority.ts';
import { type Signer, signerOf } from '../authority/signer.ts';
import { generateP256KeyPair } from '../key-pair/p256.ts';
import { encodeLeaf, type LeafFields } from './leaf-profile.ts';
import { fillLeafTemplate } from './leaf-template.ts';
import { mintX509Svid } from './mint-x509-svid.ts';

const trustDomain = 'moltbook.test';
const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 1, maxLength: 60 });
let authority: Authority;
let signer: Signer;
let keys: Buffer[];

beforeAll(async () => {
  authority = await createAuthority({
    trustDomain,
    notBefore: new Date('2000-01-01T00:00:00Z'),
    notAfter: new Date('2090-01-01T00:00:00Z'),
  });
  signer = signerOf(authority);
  const pairs = await Promise.all(Array.from({ length: 4 }, generateP256KeyPair));
  keys = pairs.map(({ publicKey }) => publicKey.export({ type: 'spki', format: 'der' }));
});

/** What a leaf may differ in; times on both sides of 2050, where their encoding changes. */
const leaves = fc
  .record({
    serial: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    path: fc.array(word, { minLength: 1, maxLength: 6 }),
    fromSeconds: fc.integer({ min: 946_684_800, max: 3_700_000_000 }),
    lifeSeconds: fc.integer({ min: 1, max: 86_400 }),
    key: fc.nat(3),
    dnsNames: fc.array(
      fc.tuple(word, word).map((labels) => labels.join('.')),
      { maxLength: 3 },
    ),
  })
  .map(({ serial, path, fromSeconds, lifeSeconds, key, dnsNames }) => ({
    serial: Buffer.from(serial).fill(0x4a, 0, 1),
    notBefore: new Date(fromSeconds * 1000),
    notAfter: new Date((fromSeconds + lifeSeconds) * 1000),
    key,
    names: { uri: `spiffe://${trustDomain}/${path.join('/')}`, dnsNames },
  }));
const fieldsOf = ({ key, ...fields }: Omit<LeafFields, 'publicKeySpki'> & { key: number }): LeafFields => ({
  ...fields,
  publicKeySpki: keys[key] ?? Buffer.alloc(0),
});

describe('a filled template', () => {
  it('is what the readable encoder makes of the same fields, byte for byte', () => {
    fc.assert(
      fc.property(leaves, (leaf) => {
        const fields = fieldsOf(leaf);
        expect(fillLeafTemplate(signer, fields)).toEqual(encodeLeaf(signer, fields));
      }),
      { numRuns: 300 },
    );
  });

  it('is what another library signs for the same profile, byte for byte', async () => {
    await fc.assert(
      fc.asyncProperty(leaves, async (leaf) => {
        const fields = fieldsOf(leaf);
        expect(fillLeafTemplate(signer, fields).equals(await libraryLeaf(fields))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('differs from the library’s as soon as one field does', async () => {
    const [leaf] = fc.sample(leaves, { numRuns: 1, seed: 7 });
    if (leaf === undefined) throw new Error('no sample');
    const fields = fieldsOf(leaf);
    const theirs = await libraryLeaf(fields);
    const later = new Date(fields.notAfter.getTime() + 1000);
    const changes: Partial<LeafFields>[] = [
      { serial: Buffer.from(fields.serial).fill(0x11, 15) },
      { notAfter: later },
      { notBefore: new Date(fields.notBefore.getTime() - 1000) },
      { publicKeySpki: keys[(leaf.key + 1) % keys.length] ?? Buffer.alloc(0) },
      { names: { ...fields.names, uri: `${fields.names.uri}b` } },
      { names: { ...fields.names, dnsNames: [...(fields.names.dnsNames ?? []), 'more.test'] } },
    ];
    expect(fillLeafTemplate(signer, fields).equals(theirs)).toBe(true);
    for (const change of changes) {
      expect(fillLeafTemplate(signer, { ...fields, ...change }).equals(theirs)).toBe(false);
    }
  });

  it('is read by OpenSSL and by the library as the same values', () => {
    fc.assert(
      fc.property(leaves, (leaf) => {
        const { publicKeySpki, notBefore, notAfter, names } = fieldsOf(leaf);
        const spiffeId = names.uri;
        const wanted = {
          authority,
          spiffeId,
          publicKeySpki,
          notBefore,
          notAfter,
          dnsNames: names.dnsNames ?? [],
        };
        const { certificate, serial } = mintX509Svid(wanted);
        const ours = new X509Certificate(certificate);
        const theirs = new x509.X509Certificate(new Uint8Array(certificate));
        expect(ours.serialNumber.toLowerCase()).toBe(serial);
        expect(theirs.serialNumber).toBe(serial);
        expect([ours.validFromDate, ours.validToDate]).toEqual([theirs.notBefore, theirs.notAfter]);
        const ourNames = (ours.subjectAltName ?? '')
          .split(', ')
          .map((name) => name.replace(/^(URI|DNS):/, ''));
        const theirNames = theirs.getExtension(x509.SubjectAlternativeNameExtension)?.names.items;
        expect(ourNames).toEqual(theirNames?.map(({ value }) => value));
        expect(ours.publicKey.export({ type: 'spki', format: 'der' })).toEqual(
          Buffer.from(theirs.publicKey.rawData),
        );
      }),
      { numRuns: 40 },
    );
  });
});

/** The TBSCertificate that `@peculiar/x509` encodes, field by field and extension by extension of its own. */
async function libraryLeaf({
  serial,
  notBefore,
  notAfter,
  publicKeySpki,
  names,
}: LeafFields): Promise<Buffer> {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const parsed = new x509.X509Certificate(new Uint8Array(authority.certificate));
  const publicKey = await new x509.PublicKey(new Uint8Array(publicKeySpki)).export();
  const signingKey = authority.privateKey.toCryptoKey(algorithm, false, ['sign']);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serial.toString('hex'),
    issuer: parsed.subjectName,
    subject: '',
    notBefore,
    notAfter,
    publicKey,
    signingKey,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      await x509.SubjectKeyIdentifierExtension.create(publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(parsed.publicKey),
      new x509.SubjectAlternativeNameExtension(
        [
          { type: 'url', value: names.uri },
          ...(names.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value })),
        ],
        true,
      ),
    ],
  });
  const [toBeSigned] = readElements(readElement(new Uint8Array(certificate.rawData)));
  return toBeSigned?.whole ?? Buffer.alloc(0);
}
