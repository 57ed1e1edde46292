import 'reflect-metadata';
import { generateKeyPairSync, KeyObject, webcrypto } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { X509BundleSet } from '../bundle/x509-bundle.ts';
import { verifyX509Svid } from './verify-x509-svid.ts';
import { createX509Svid } from './x509-svid.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const now = new Date('2026-02-01T12:00:00Z');
const hourMs = 3_600_000;
const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;
const bothUsages = [x509.ExtendedKeyUsage.serverAuth, x509.ExtendedKeyUsage.clientAuth];

interface Party {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}

interface Shape {
  readonly uris: readonly string[];
  readonly ca: boolean;
  readonly pathLength?: number;
  readonly keyUsage: number | null;
  readonly keyUsageCritical: boolean;
  readonly extendedKeyUsage: x509.ExtendedKeyUsageType[] | null;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly extra: readonly x509.Extension[];
}

const lifetime = { notBefore: new Date(now.getTime() - hourMs), notAfter: new Date(now.getTime() + hourMs) };
const leafShape: Shape = {
  uris: ['spiffe://moltbook.test/agent/a'],
  ca: false,
  keyUsage: digitalSignature,
  keyUsageCritical: true,
  extendedKeyUsage: bothUsages,
  extra: [],
  ...lifetime,
};
const caShape: Shape = {
  ...leafShape,
  uris: ['spiffe://moltbook.test'],
  ca: true,
  keyUsage: keyCertSign | cRLSign,
  extendedKeyUsage: null,
};

async function party(name: string): Promise<Party> {
  return {
    name: `CN=${name}`,
    keys: await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']),
  };
}

async function certificate(subject: Party, signer: Party, shape: Shape): Promise<Uint8Array> {
  const { keyUsage, extendedKeyUsage } = shape;
  const made = await x509.X509CertificateGenerator.create({
    subject: subject.name,
    issuer: signer.name,
    publicKey: subject.keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: shape.notBefore,
    notAfter: shape.notAfter,
    extensions: [
      new x509.BasicConstraintsExtension(shape.ca, shape.pathLength, true),
      ...(keyUsage === null ? [] : [new x509.KeyUsagesExtension(keyUsage, shape.keyUsageCritical)]),
      ...(extendedKeyUsage === null ? [] : [new x509.ExtendedKeyUsageExtension(extendedKeyUsage)]),
      new x509.SubjectAlternativeNameExtension([
        { type: 'dns', value: 'agent.moltbook.test' },
        ...shape.uris.map((value) => ({ type: 'url' as const, value })),
      ]),
      ...shape.extra,
    ],
  });
  return new Uint8Array(made.rawData);
}

let root: Party;
let middle: Party;
let leaf: Party;
let bundles: X509BundleSet;

const leafWith = (changes: Partial<Shape>) => certificate(leaf, root, { ...leafShape, ...changes });
const codeOf = (chain: readonly Uint8Array[], trusted = bundles, at = now) => {
  try {
    verifyX509Svid(chain, trusted, at);
    return 'accepted';
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
};

beforeAll(async () => {
  [root, middle, leaf] = await Promise.all([party('root'), party('middle'), party('leaf')]);
  const authority = await certificate(root, root, caShape);
  bundles = new X509BundleSet([{ trustDomain: 'moltbook.test', authorities: [authority] }]);
});

describe('verifyX509Svid', () => {
  it('says whose SVID it is, which and until when', async () => {
    const der = await leafWith({});
    const verified = verifyX509Svid([der], bundles, now);
    expect(String(verified.spiffeId)).toBe('spiffe://moltbook.test/agent/a');
    expect(verified.notAfter).toEqual(lifetime.notAfter);
    expect(verified.serial).toBe(new x509.X509Certificate(new Uint8Array(der)).serialNumber);
  });

  it('accepts a leaf without extended key usage', async () => {
    expect(codeOf([await leafWith({ extendedKeyUsage: null })])).toBe('accepted');
  });

  const refusals: [string, Partial<Shape>, string][] = [
    ['is a CA', { ca: true }, 'svid.leaf-is-ca'],
    ['may sign certificates', { keyUsage: digitalSignature | keyCertSign }, 'svid.leaf-signs-certificates'],
    ['may sign CRLs', { keyUsage: digitalSignature | cRLSign }, 'svid.leaf-signs-certificates'],
    ['lacks digitalSignature', { keyUsage: x509.KeyUsageFlags.keyAgreement }, 'svid.key-usage'],
    ['has no key usage', { keyUsage: null }, 'svid.key-usage'],
    ['has a key usage that is not critical', { keyUsageCritical: false }, 'svid.key-usage'],
    ['may only be a server', { extendedKeyUsage: bothUsages.slice(0, 1) }, 'svid.extended-key-usage'],
    ['may only be a client', { extendedKeyUsage: bothUsages.slice(1) }, 'svid.extended-key-usage'],
    ['has no URI SAN', { uris: [] }, 'svid.uri-san-count'],
    ['has two URI SANs', { uris: [...leafShape.uris, 'spiffe://moltbook.test/b'] }, 'svid.uri-san-count'],
    ['has the same URI SAN twice', { uris: [...leafShape.uris, ...leafShape.uris] }, 'svid.uri-san-count'],
    [
      'has a second URI of another scheme',
      { uris: [...leafShape.uris, 'https://a.test'] },
      'svid.uri-san-count',
    ],
    ['has a URI of another scheme', { uris: ['https://moltbook.test/agent/a'] }, 'svid.spiffe-id-invalid'],
    ['has a dot segment in its ID', { uris: ['spiffe://moltbook.test/a/../b'] }, 'svid.spiffe-id-invalid'],
    ['has the ID of the trust domain', { uris: ['spiffe://moltbook.test'] }, 'svid.spiffe-id-without-path'],
    ['belongs to an unknown trust domain', { uris: ['spiffe://other.test/a'] }, 'svid.trust-domain-unknown'],
    ['is not valid yet', { notBefore: new Date(now.getTime() + 1000) }, 'svid.not-yet-valid'],
    ['has expired', { notAfter: new Date(now.getTime() - 1000) }, 'svid.expired'],
    [
      'has a critical extension that nobody knows',
      { extra: [new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]))] },
      'svid.extension-unsupported',
    ],
    [
      'has its key usage twice',
      { extra: [new x509.KeyUsagesExtension(digitalSignature, true)] },
      'svid.extension-unsupported',
    ],
  ];
  it.each(refusals)('refuses an SVID whose leaf %s', async (_, changes, code) => {
    expect(codeOf([await leafWith(changes)])).toBe(code);
  });

  it('is valid up to its last instant and not one millisecond longer', async () => {
    const der = await leafWith({});
    const end = lifetime.notAfter.getTime();
    expect(codeOf([der], bundles, new Date(end))).toBe('accepted');
    expect(codeOf([der], bundles, new Date(end + 1))).toBe('svid.expired');
  });

  it('refuses nothing, noise and a chain without end', async () => {
    const der = await leafWith({});
    expect(codeOf([])).toBe('svid.malformed');
    expect(codeOf([new Uint8Array([1, 2, 3])])).toBe('svid.malformed');
    expect(codeOf([der.slice(0, 200)])).toBe('svid.malformed');
    expect(codeOf(Array.from({ length: 9 }, () => der))).toBe('svid.malformed');
  });
});

describe('the path', () => {
  const chainThrough = async (shape: Partial<Shape>) => [
    await certificate(leaf, middle, leafShape),
    await certificate(middle, root, { ...caShape, ...shape }),
  ];

  it('may lead through an intermediate', async () => {
    expect(codeOf(await chainThrough({}))).toBe('accepted');
  });

  const brokenIntermediates: [string, Partial<Shape>][] = [
    ['is no CA', { ca: false }],
    ['may not sign certificates', { keyUsage: digitalSignature }],
    ['has no key usage', { keyUsage: null }],
    ['has expired', { notAfter: new Date(now.getTime() - 1000) }],
  ];
  it.each(brokenIntermediates)('does not lead through an intermediate that %s', async (_, shape) => {
    expect(codeOf(await chainThrough(shape))).toBe('svid.untrusted');
  });

  it('does not lead through an intermediate that was not presented', async () => {
    expect(codeOf((await chainThrough({})).slice(0, 1))).toBe('svid.untrusted');
  });

  it('honours the path length of an authority', async () => {
    const authority = await certificate(root, root, { ...caShape, pathLength: 0 });
    const trusted = new X509BundleSet([{ trustDomain: 'moltbook.test', authorities: [authority] }]);
    expect(codeOf([await leafWith({})], trusted)).toBe('accepted');
    expect(codeOf(await chainThrough({}), trusted)).toBe('svid.untrusted');
  });

  it('does not end at a rogue authority of the same name', async () => {
    const rogue = { ...(await party('root')), name: root.name };
    const forged = await certificate(leaf, rogue, leafShape);
    const rogueAuthority = await certificate(rogue, rogue, caShape);
    expect(codeOf([forged])).toBe('svid.untrusted');
    expect(codeOf([forged, rogueAuthority])).toBe('svid.untrusted');
  });

  it('does not end at an authority whose name is equal only when case is forgiven', async () => {
    const signer = { ...root, name: root.name.toUpperCase() };
    expect(signer.name).not.toBe(root.name);
    expect(codeOf([await certificate(leaf, signer, leafShape)])).toBe('svid.untrusted');
  });

  it('does not end at the authority of another trust domain', async () => {
    const authority = await certificate(root, root, caShape);
    const foreign = new X509BundleSet([
      { trustDomain: 'moltbook.test', authorities: [] },
      { trustDomain: 'other.test', authorities: [authority] },
    ]);
    expect(codeOf([await leafWith({})], foreign)).toBe('svid.untrusted');
  });

  it('does not end at an authority that has expired', async () => {
    const authority = await certificate(root, root, { ...caShape, notAfter: new Date(now.getTime() - 1) });
    const trusted = new X509BundleSet([{ trustDomain: 'moltbook.test', authorities: [authority] }]);
    expect(codeOf([await leafWith({})], trusted)).toBe('svid.untrusted');
  });
});

describe('name constraints', () => {
  const subtree = (tag: number, value: string) => {
    const base = Buffer.concat([Buffer.from([tag, value.length]), Buffer.from(value)]);
    return Buffer.concat([Buffer.from([0x30, base.length]), base]);
  };
  const [uri, dns, email] = [0x86, 0x82, 0x81];
  const constraints = (list: number, ...subtrees: Buffer[]) => {
    const content = Buffer.concat(subtrees);
    const value = Buffer.concat([Buffer.from([0x30, content.length + 2, list, content.length]), content]);
    return new x509.Extension('2.5.29.30', true, new Uint8Array(value));
  };
  const [permitted, excluded] = [0xa0, 0xa1];
  const outcomeBelow = async (extension: x509.Extension, leafShapeChanges: Partial<Shape> = {}) => {
    const authority = await certificate(root, root, { ...caShape, extra: [extension] });
    const trusted = new X509BundleSet([{ trustDomain: 'moltbook.test', authorities: [authority] }]);
    return codeOf([await leafWith(leafShapeChanges)], trusted);
  };

  const cases: [string, x509.Extension, string][] = [
    ['permit the trust domain', constraints(permitted, subtree(uri, 'moltbook.test')), 'accepted'],
    [
      'permit it among others',
      constraints(permitted, subtree(uri, 'x.test'), subtree(uri, 'moltbook.test')),
      'accepted',
    ],
    ['permit it in capitals', constraints(permitted, subtree(uri, 'Moltbook.TEST')), 'accepted'],
    ['permit what is below another', constraints(permitted, subtree(uri, '.test')), 'accepted'],
    ['permit names of another kind', constraints(permitted, subtree(dns, 'moltbook.test')), 'accepted'],
    ['exclude another trust domain', constraints(excluded, subtree(uri, 'other.test')), 'accepted'],
    ['permit another trust domain', constraints(permitted, subtree(uri, 'other.test')), 'svid.untrusted'],
    ['permit one that ends alike', constraints(permitted, subtree(uri, 'book.test')), 'svid.untrusted'],
    [
      'permit only what is below it',
      constraints(permitted, subtree(uri, '.moltbook.test')),
      'svid.untrusted',
    ],
    [
      'permit its parent, and not what is below',
      constraints(permitted, subtree(uri, 'test')),
      'svid.untrusted',
    ],
    ['permit another DNS name', constraints(permitted, subtree(dns, 'other.test')), 'svid.untrusted'],
    ['exclude it', constraints(excluded, subtree(uri, 'moltbook.test')), 'svid.untrusted'],
    ['exclude its parent', constraints(excluded, subtree(uri, 'test')), 'svid.untrusted'],
    ['exclude the DNS name', constraints(excluded, subtree(dns, 'agent.moltbook.test')), 'svid.untrusted'],
    [
      'are of a kind that is not supported',
      constraints(permitted, subtree(email, 'moltbook.test')),
      'svid.untrusted',
    ],
    ['have an empty list', constraints(permitted), 'svid.untrusted'],
    ['are empty', new x509.Extension('2.5.29.30', true, new Uint8Array([0x30, 0])), 'svid.untrusted'],
  ];
  it.each(cases)('that %s are honoured', async (_, extension, expected) => {
    expect(await outcomeBelow(extension)).toBe(expected);
  });

  it('take no address for a name below a domain', async () => {
    const uris = ['spiffe://10.0.0.1/a'];
    const authority = await certificate(root, root, {
      ...caShape,
      extra: [constraints(permitted, subtree(uri, '10.0.0.1'))],
    });
    const trusted = new X509BundleSet([{ trustDomain: '10.0.0.1', authorities: [authority] }]);
    expect(codeOf([await leafWith({ uris })], trusted)).toBe('svid.untrusted');
  });

  it('of an intermediate bind what is below it', async () => {
    const chain = (domain: string) => [
      certificate(leaf, middle, leafShape),
      certificate(middle, root, { ...caShape, extra: [constraints(permitted, subtree(uri, domain))] }),
    ];
    expect(codeOf(await Promise.all(chain('moltbook.test')))).toBe('accepted');
    expect(codeOf(await Promise.all(chain('other.test')))).toBe('svid.untrusted');
  });

  it('have no place in a leaf', async () => {
    const extra = [constraints(permitted, subtree(uri, 'moltbook.test'))];
    expect(codeOf([await leafWith({ extra })])).toBe('svid.extension-unsupported');
  });
});

describe('a signing certificate', () => {
  const outcomeOfSigner = async (uris: readonly string[]) =>
    codeOf([
      await certificate(leaf, middle, leafShape),
      await certificate(middle, root, { ...caShape, uris }),
    ]);

  it('has the ID of a trust domain, or none', async () => {
    expect(await outcomeOfSigner(['spiffe://moltbook.test'])).toBe('accepted');
    expect(await outcomeOfSigner([])).toBe('accepted');
  });

  it('is no workload: an ID with a path signs nothing', async () => {
    expect(await outcomeOfSigner(['spiffe://moltbook.test/agent/a'])).toBe('svid.untrusted');
  });

  it('does not take the others of its bundle down when it can not be relied on', async () => {
    const unknown = new x509.Extension('1.2.3.4', true, new Uint8Array([5, 0]));
    const authorities = [
      await certificate(middle, middle, { ...caShape, extra: [unknown] }),
      new Uint8Array([1, 2, 3]),
      await certificate(root, root, caShape),
    ];
    const trusted = new X509BundleSet([{ trustDomain: 'moltbook.test', authorities }]);
    expect(codeOf([await leafWith({})], trusted)).toBe('accepted');
    expect(codeOf([await certificate(leaf, middle, leafShape)], trusted)).toBe('svid.untrusted');
  });
});

describe('createX509Svid', () => {
  it('reads the identity, the lifetime and the hint', async () => {
    const privateKey = KeyObject.from(leaf.keys.privateKey);
    const svid = createX509Svid({ certificates: [await leafWith({})], privateKey, hint: 'internal' });
    expect(String(svid.spiffeId)).toBe('spiffe://moltbook.test/agent/a');
    expect(svid).toMatchObject({ ...lifetime, hint: 'internal' });
    expect(svid.serial).toMatch(/^[0-9a-f]+$/);
  });

  it('refuses a key that is not the leaf’s', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const certificates = [await leafWith({})];
    expect(() => createX509Svid({ certificates, privateKey })).toThrow('the key is not the leaf');
  });
});
