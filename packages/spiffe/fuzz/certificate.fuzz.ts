import 'reflect-metadata';
import { KeyObject, webcrypto } from 'node:crypto';
import { mutatedBytes, mutatedDer, outcomeOf, signedAgain, startOpensslOracle } from '@blastradius/fuzz-kit';
import * as x509 from '@peculiar/x509';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyX509Svid, X509BundleSet } from '../src/index.ts';
import { startGoSpiffeOracle } from './go-spiffe-oracle.ts';

const goSpiffe = startGoSpiffeOracle();
const openssl = startOpensslOracle();
afterAll(() => {
  goSpiffe?.stop();
  openssl?.stop();
});

const trustDomain = 'moltbook.test';
const now = new Date('2026-02-01T12:00:00Z');
const hourMs = 3_600_000;
const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const { digitalSignature, keyCertSign, cRLSign } = x509.KeyUsageFlags;

interface Party {
  readonly name: string;
  readonly keys: webcrypto.CryptoKeyPair;
}
type Parties = Readonly<Record<'root' | 'middle' | 'leaf', Party>>;

let parties: Parties;
let chain: { leaf: Uint8Array; middle: Uint8Array; root: Uint8Array };

beforeAll(async () => {
  const [root, middle, leaf] = await Promise.all(['root', 'middle', 'leaf'].map(party));
  if (!root || !middle || !leaf) throw new Error('no parties');
  parties = { root, middle, leaf };
  chain = {
    root: await authority(root, root),
    middle: await authority(middle, root),
    leaf: await certificate(leaf, middle, [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      names('spiffe://moltbook.test/agent/a'),
    ]),
  };
});

async function party(name: string): Promise<Party> {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  return { name: `CN=${name},O=Blastradius`, keys };
}

const names = (uri: string) =>
  new x509.SubjectAlternativeNameExtension([
    { type: 'dns', value: 'agent.moltbook.test' },
    { type: 'url', value: uri },
    { type: 'ip', value: '10.0.0.1' },
  ]);

async function authority(subject: Party, signer: Party): Promise<Uint8Array> {
  const permitted = 'moltbook.test';
  const base = Buffer.concat([Buffer.from([0x86, permitted.length]), Buffer.from(permitted)]);
  const subtrees = Buffer.concat([Buffer.from([0x30, base.length]), base]);
  const value = Buffer.concat([Buffer.from([0x30, subtrees.length + 2, 0xa0, subtrees.length]), subtrees]);
  return await certificate(subject, signer, [
    new x509.BasicConstraintsExtension(true, 2, true),
    new x509.KeyUsagesExtension(keyCertSign | cRLSign, true),
    new x509.Extension('2.5.29.30', true, new Uint8Array(value)),
    names('spiffe://moltbook.test'),
  ]);
}

async function certificate(
  subject: Party,
  signer: Party,
  extensions: readonly x509.Extension[],
): Promise<Uint8Array> {
  const made = await x509.X509CertificateGenerator.create({
    subject: subject.name,
    issuer: signer.name,
    publicKey: subject.keys.publicKey,
    signingKey: signer.keys.privateKey,
    signingAlgorithm: algorithm,
    notBefore: new Date(now.getTime() - hourMs),
    notAfter: new Date(now.getTime() + hourMs),
    extensions: [
      ...extensions,
      await x509.SubjectKeyIdentifierExtension.create(subject.keys.publicKey),
      await x509.AuthorityKeyIdentifierExtension.create(signer.keys.publicKey),
    ],
  });
  return new Uint8Array(made.rawData);
}

type Chain = typeof chain;

async function compare({ leaf, middle, root }: Chain): Promise<void> {
  const presented = [leaf, middle];
  const bundles = new X509BundleSet([{ trustDomain, authorities: [root] }]);
  const outcome = await outcomeOf(() => verifyX509Svid(presented, bundles, now));
  expect(outcome).toMatch(/^(accepted|svid\..*)$/);
  if (outcome !== 'accepted') return;
  const base64 = (certificates: readonly Uint8Array[]) =>
    certificates.map((der) => Buffer.from(der).toString('base64'));
  const answer = await goSpiffe?.ask({
    kind: 'x509-svid',
    trustDomain,
    chain: base64(presented),
    authorities: base64([root]),
    nowMs: now.getTime(),
  });
  expect(answer?.accepted ?? true, answer?.reason).toBe(true);
  expect((await openssl?.verify({ chain: presented, authorities: [root], now })) ?? true, 'openssl').toBe(
    true,
  );
}

describe('a chain is verified or refused, and never verified where go-spiffe or openssl refuses it', () => {
  it('control: all take it unchanged, and none of them after a change of its signature', async () => {
    const bundles = new X509BundleSet([{ trustDomain, authorities: [chain.root] }]);
    expect(await outcomeOf(() => verifyX509Svid([chain.leaf, chain.middle], bundles, now))).toBe('accepted');
    await compare(chain);
    const forged = new Uint8Array(chain.leaf);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect(await outcomeOf(() => verifyX509Svid([forged, chain.middle], bundles, now))).toBe(
      'svid.untrusted',
    );
    expect(
      (await openssl?.verify({ chain: [forged, chain.middle], authorities: [chain.root], now })) ?? false,
    ).toBe(false);
  });

  it.each([
    ['leaf', 'middle'],
    ['middle', 'root'],
    ['root', 'root'],
  ] as const)('with a changed %s, signed again by its %s', async (changed, signer) => {
    const variants = fc.oneof(
      { arbitrary: mutatedDer(chain[changed]), weight: 4 },
      { arbitrary: mutatedBytes(chain[changed]), weight: 1 },
    );
    await fc.assert(
      fc.asyncProperty(variants, async (der) =>
        compare({ ...chain, [changed]: signedAgain(der, KeyObject.from(parties[signer].keys.privateKey)) }),
      ),
    );
  });

  it('with bytes of any kind', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), (leaf) => compare({ ...chain, leaf })),
    );
  });
});
