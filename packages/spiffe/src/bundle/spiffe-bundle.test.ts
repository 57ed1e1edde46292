import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import { describe, expect, it } from 'vitest';
import { parseBundleMap } from './bundle-map.ts';
import { formatJwtBundle, formatSpiffeBundle, formatWitBundle } from './format-spiffe-bundle.ts';
import { parseJwtBundle } from './jwt-bundle.ts';
import { parseSpiffeBundle } from './parse-spiffe-bundle.ts';
import { parseWitBundle } from './wit-bundle.ts';

const ec = () => generateKeyPairSync('ec', { namedCurve: 'P-256' });
const [one, other] = [ec(), ec()];
const jwkOf = (use: string | undefined, kid: string | undefined, { publicKey } = one) => ({
  ...publicKey.export({ format: 'jwk' }),
  use,
  kid,
});
const document = (members: object) => JSON.stringify({ keys: [], ...members });

function codeOf(parse: () => unknown): string {
  try {
    parse();
    return 'accepted';
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

describe('a SPIFFE bundle', () => {
  const bundle = parseSpiffeBundle(
    'moltbook.test',
    `{"spiffe_sequence":18446744073709551615,"spiffe_refresh_hint":60,"keys":${JSON.stringify([
      jwkOf('jwt-svid', 'b'),
      jwkOf('wit-svid', 'w', other),
      jwkOf('jwt-svid', 'a', other),
      jwkOf('enc', 'unknown use'),
      jwkOf(undefined, 'no use'),
      { kty: 'AKP', use: 'jwt-svid', alg: 'ML-DSA-44', pub: 'AA' },
    ])}}`,
  );

  it('keeps what it knows and leaves out the rest', () => {
    expect([...bundle.jwtAuthorities.keys()]).toEqual(['b', 'a']);
    expect([...bundle.witAuthorities.keys()]).toEqual(['w']);
    expect(bundle.jwtAuthorities.get('a')?.equals(other.publicKey)).toBe(true);
    expect(bundle).toMatchObject({ sequence: 2n ** 64n - 1n, refreshHintSeconds: 60, x509Authorities: [] });
  });

  it('has one text, whatever order its keys came in', () => {
    const text = formatSpiffeBundle(bundle);
    expect(formatSpiffeBundle(parseSpiffeBundle('moltbook.test', text))).toBe(text);
    const kids = JSON.parse(text).keys.map((key: { kid: string }) => key.kid);
    expect(kids).toEqual(['a', 'b', 'w']);
    expect(text).toMatch(/"spiffe_sequence":18446744073709551615,"spiffe_refresh_hint":60\}$/);
  });

  it('never carries a private key out', () => {
    const authorities = new Map([['a', one.privateKey]]);
    for (const text of [
      formatJwtBundle({ trustDomain: 'moltbook.test', authorities }),
      formatWitBundle({ trustDomain: 'moltbook.test', authorities }),
    ]) {
      expect(JSON.parse(text).keys[0]).not.toHaveProperty('d');
    }
  });

  const { y: _, ...withoutY } = jwkOf('jwt-svid', 'a');
  const refused: [string, string, string][] = [
    ['is no JSON', 'x', 'bundle.malformed'],
    ['is a list', '[]', 'bundle.malformed'],
    ['has keys twice', '{"keys":[],"keys":[]}', 'bundle.malformed'],
    ['has no keys', '{}', 'bundle.keys-missing'],
    ['has null for keys', '{"keys":null}', 'bundle.keys-missing'],
    ['has a negative sequence', document({ spiffe_sequence: -1 }), 'bundle.sequence'],
    ['has a sequence in text', document({ spiffe_sequence: '1' }), 'bundle.sequence'],
    ['has a sequence with a fraction', document({ spiffe_sequence: 1.5 }), 'bundle.sequence'],
    ['has a sequence of 65 bits', '{"keys":[],"spiffe_sequence":18446744073709551616}', 'bundle.sequence'],
    ['has a negative refresh hint', document({ spiffe_refresh_hint: -1 }), 'bundle.refresh-hint'],
    ['has an element that is no JWK', document({ keys: [1] }), 'bundle.key'],
    ['has a key without a type', document({ keys: [{ use: 'jwt-svid', kid: 'a' }] }), 'bundle.key'],
    ['has half a key', document({ keys: [withoutY] }), 'bundle.key'],
    ['has a private key', document({ keys: [{ ...jwkOf('jwt-svid', 'a'), d: 'AAAA' }] }), 'bundle.key'],
    [
      'has a key for JWT-SVIDs without a kid',
      document({ keys: [jwkOf('jwt-svid', undefined)] }),
      'bundle.key-id-missing',
    ],
    [
      'has a key for WIT-SVIDs without a kid',
      document({ keys: [jwkOf('wit-svid', '')] }),
      'bundle.key-id-missing',
    ],
    [
      'has one kid twice',
      document({ keys: [jwkOf('jwt-svid', 'a'), jwkOf('jwt-svid', 'a', other)] }),
      'bundle.key-id-repeated',
    ],
    [
      'has one kid for two uses',
      document({ keys: [jwkOf('jwt-svid', 'a'), jwkOf('wit-svid', 'a')] }),
      'bundle.key-id-repeated',
    ],
    [
      'has an X.509 authority without a certificate',
      document({ keys: [jwkOf('x509-svid', undefined)] }),
      'bundle.certificate',
    ],
    [
      'has an X.509 authority that is none',
      document({ keys: [{ ...jwkOf('x509-svid', undefined), x5c: ['AAAA'] }] }),
      'bundle.certificate',
    ],
  ];
  it.each(refused)('is refused where it %s', (_, text, code) => {
    expect(codeOf(() => parseSpiffeBundle('moltbook.test', text))).toBe(code);
  });

  it('may be empty: then nobody is trusted', () => {
    expect(parseSpiffeBundle('moltbook.test', '{"keys":[]}')).toMatchObject({ x509Authorities: [] });
  });
});

describe('the JWK Sets of the Workload API', () => {
  const keys = [
    jwkOf(undefined, 'a'),
    jwkOf('jwt-svid', 'j'),
    jwkOf('wit-svid', 'w'),
    jwkOf('x509-svid', 'x'),
  ];

  it('hold keys of their own use, or of none', () => {
    expect([...parseJwtBundle('moltbook.test', document({ keys })).authorities.keys()]).toEqual(['a', 'j']);
    expect([...parseWitBundle('moltbook.test', document({ keys })).authorities.keys()]).toEqual(['a', 'w']);
  });

  it('come back as they were written', () => {
    const { authorities } = parseJwtBundle('moltbook.test', document({ keys }));
    const text = formatJwtBundle({ trustDomain: 'moltbook.test', authorities });
    const [, again] = parseJwtBundle('moltbook.test', new TextEncoder().encode(text)).authorities.values();
    expect(again?.equals(createPublicKey(one.publicKey.export({ type: 'spki', format: 'pem' })))).toBe(true);
  });
});

describe('a bundle map', () => {
  it('holds a bundle for each trust domain', () => {
    const bundles = parseBundleMap(
      `{"trust_domains":{"a.test":{"keys":[],"spiffe_sequence":9007199254740993},"b.test":{"keys":[]}}}`,
    );
    expect(bundles.get('a.test')).toMatchObject({ trustDomain: 'a.test', sequence: 9007199254740993n });
    expect(bundles.bundles).toHaveLength(2);
  });

  it.each([
    ['without trust_domains', '{}', 'bundle-map.invalid'],
    ['with a list of them', '{"trust_domains":[]}', 'bundle-map.invalid'],
    ['with a name that is no trust domain', '{"trust_domains":{"A":{"keys":[]}}}', 'bundle-map.invalid'],
    ['with a bundle that is none', '{"trust_domains":{"a":null}}', 'bundle-map.invalid'],
    ['with a bundle without keys', '{"trust_domains":{"a":{}}}', 'bundle.keys-missing'],
    ['that names one twice', '{"trust_domains":{"a":{"keys":[]},"a":{"keys":[]}}}', 'bundle.malformed'],
    [
      'that names one twice under two spellings',
      '{"trust_domains":{"a":{"keys":[]},"\\u0061":{"keys":[]}}}',
      'bundle.malformed',
    ],
  ])('%s is refused', (_, text, code) => {
    expect(codeOf(() => parseBundleMap(text))).toBe(code);
  });
});
