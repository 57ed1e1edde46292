import { readFileSync } from 'node:fs';
import { mutatedBytes, outcomeOf } from '@blastradius/fuzz-kit';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import {
  parseBundleMap,
  parseJwtBundle,
  parseSpiffeBundle,
  parseWitBundle,
  parseX509BundleDer,
  parseX509BundlePem,
} from '../src/index.ts';
import { startGoSpiffeOracle } from './go-spiffe-oracle.ts';

const oracle = startGoSpiffeOracle();
afterAll(() => oracle?.stop());

const trustDomain = 'moltbook.test';
const vector = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../test/vectors/go-spiffe/${name}`, import.meta.url)));
/** Without the spaces, so that a change more often meets what counts. */
const compact = (name: string) =>
  new TextEncoder().encode(JSON.stringify(JSON.parse(new TextDecoder().decode(vector(name)))));
const certificate = vector('x509bundle/certs.pem');
const der = Buffer.concat(parseX509BundlePem(trustDomain, new TextDecoder().decode(certificate)).authorities);

const parsers: [string, Uint8Array, (bytes: Uint8Array) => unknown][] = [
  [
    'spiffe-bundle',
    compact('spiffebundle/spiffebundle_valid_with_wit.json'),
    (b) => parseSpiffeBundle(trustDomain, b),
  ],
  ['jwt-bundle', compact('jwtbundle/jwks_valid_2.json'), (b) => parseJwtBundle(trustDomain, b)],
  ['wit-bundle', compact('witbundle/jwks_valid_2.json'), (b) => parseWitBundle(trustDomain, b)],
  ['x509-bundle-der', new Uint8Array(der), (b) => parseX509BundleDer(trustDomain, b)],
  ['x509-bundle-pem', certificate, (b) => parseX509BundlePem(trustDomain, new TextDecoder().decode(b))],
];

const usesOf: Readonly<Record<string, readonly unknown[]>> = {
  'spiffe-bundle': ['x509-svid', 'jwt-svid', 'wit-svid'],
  'jwt-bundle': [undefined, 'jwt-svid'],
  'wit-bundle': [undefined, 'wit-svid'],
};

/**
 * Without the elements that the standard has us leave out (SPIFFE Trust Domain and Bundle, 4.2): for
 * one of them go-spiffe refuses the whole.
 */
function withoutIgnored(kind: string, bytes: Uint8Array): Uint8Array {
  const document = JSON.parse(new TextDecoder().decode(bytes));
  const uses: readonly unknown[] = usesOf[kind] ?? [];
  const isKnown = ({ kty, use }: { kty: unknown; use?: unknown }) =>
    ['EC', 'RSA', 'OKP'].some((known) => known === kty) && uses.includes(use);
  return new TextEncoder().encode(JSON.stringify({ ...document, keys: document.keys.filter(isKnown) }));
}

describe('a bundle is read or refused, and never read where go-spiffe refuses it', () => {
  const compare = async (kind: string, bytes: Uint8Array, outcome: string) => {
    if (outcome !== 'accepted') return;
    const text = Buffer.from(kind.startsWith('x509') ? bytes : withoutIgnored(kind, bytes)).toString(
      'base64',
    );
    const answer = await oracle?.ask({ kind, trustDomain, text });
    expect(answer?.accepted ?? true, answer?.reason).toBe(true);
  };

  it.each(parsers)('%s', async (kind, original, parse) => {
    expect(await outcomeOf(() => parse(original))).toBe('accepted');
    await compare(kind, original, 'accepted');
    await fc.assert(
      fc.asyncProperty(fc.oneof(mutatedBytes(original), fc.uint8Array({ maxLength: 200 })), async (bytes) =>
        compare(kind, bytes, await outcomeOf(() => parse(bytes))),
      ),
    );
  });
});

it('a bundle map is read or refused', async () => {
  const bundle = new TextDecoder().decode(compact('spiffebundle/spiffebundle_valid_2.json'));
  const map = new TextEncoder().encode(`{"trust_domains":{"a.test":${bundle},"b.test":{"keys":[]}}}`);
  expect(parseBundleMap(map).bundles).toHaveLength(2);
  await fc.assert(
    fc.asyncProperty(mutatedBytes(map), async (bytes) => {
      expect(await outcomeOf(() => parseBundleMap(bytes))).toMatch(/^(accepted|bundle.*)$/);
    }),
  );
});
