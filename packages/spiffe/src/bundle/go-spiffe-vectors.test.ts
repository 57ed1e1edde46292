import { readFileSync } from 'node:fs';
import { DomainError } from '@blastradius/kernel';
import { describe, expect, it } from 'vitest';
import { certificatesFromPem } from '../pem/pem.ts';
import { formatSpiffeBundle } from './format-spiffe-bundle.ts';
import { parseJwtBundle } from './jwt-bundle.ts';
import { parseSpiffeBundle } from './parse-spiffe-bundle.ts';
import { parseWitBundle } from './wit-bundle.ts';
import { parseX509BundleDer, parseX509BundlePem } from './x509-bundle.ts';

// The cases of go-spiffe v2.8.1: bundle/{x509,jwt,spiffe}bundle and exp/bundle/witbundle.

const vector = (name: string) =>
  readFileSync(new URL(`../../test/vectors/go-spiffe/${name}`, import.meta.url), 'utf8');

function outcomeOf(parse: () => unknown): unknown {
  try {
    return parse();
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

describe('an X.509 bundle', () => {
  it.each([
    ['certs.pem', 2],
    ['cert.pem', 1],
    ['empty.pem', 0],
    ['not-pem.pem', 'pem.invalid'],
    ['corrupted.pem', 'bundle.certificate'],
    ['key.pem', 'pem.invalid'],
  ])('of %s has this many authorities, or is refused: %s', (name, expected) => {
    const parse = () => parseX509BundlePem('example.org', vector(`x509bundle/${name}`)).authorities.length;
    expect(outcomeOf(parse)).toBe(expected);
  });

  it('is the same in DER', () => {
    const pem = vector('x509bundle/certs.pem');
    const der = Buffer.concat(certificatesFromPem(pem));
    const bundle = parseX509BundleDer('example.org', der);
    expect(bundle).toEqual(parseX509BundlePem('example.org', pem));
    expect(parseX509BundleDer('example.org', new Uint8Array()).authorities).toEqual([]);
    expect(outcomeOf(() => parseX509BundleDer('example.org', der.subarray(1)))).toBe('bundle.certificate');
  });
});

describe('a JWT bundle', () => {
  it.each([
    ['jwks_valid_1.json', 1],
    ['jwks_valid_2.json', 2],
    ['jwks_missing_kid.json', 'bundle.key-id-missing'],
  ])('of %s has this many authorities, or is refused: %s', (name, expected) => {
    const parse = () => parseJwtBundle('example.org', vector(`jwtbundle/${name}`)).authorities.size;
    expect(outcomeOf(parse)).toBe(expected);
  });
});

describe('a WIT bundle', () => {
  it.each([
    ['jwks_valid_1.json', 1],
    ['jwks_valid_2.json', 2],
    ['jwks_missing_kid.json', 'bundle.key-id-missing'],
  ])('of %s has this many authorities, or is refused: %s', (name, expected) => {
    const parse = () => parseWitBundle('example.org', vector(`witbundle/${name}`)).authorities.size;
    expect(outcomeOf(parse)).toBe(expected);
  });
});

describe('a SPIFFE bundle', () => {
  const parse = (name: string) => {
    const bundle = parseSpiffeBundle('example.org', vector(`spiffebundle/${name}`));
    const { sequence, refreshHintSeconds } = bundle;
    const authorities = [
      bundle.x509Authorities.length,
      bundle.jwtAuthorities.size,
      bundle.witAuthorities.size,
    ];
    return { authorities: authorities.join(' '), sequence, refreshHintSeconds };
  };

  it.each([
    ['spiffebundle_valid_1.json', { authorities: '1 1 0' }],
    ['spiffebundle_valid_2.json', { authorities: '1 6 0', sequence: 1n, refreshHintSeconds: 60 }],
    ['spiffebundle_valid_with_wit.json', { authorities: '1 2 2', sequence: 1n, refreshHintSeconds: 60 }],
    ['spiffebundle_missing_kid.json', 'bundle.key-id-missing'],
    ['spiffebundle_no_keys.json', 'bundle.keys-missing'],
    ['spiffebundle_multiple_x509.json', 'bundle.certificate'],
  ])('of %s is read, or refused', (name, expected) => {
    expect(outcomeOf(() => parse(name))).toEqual(expected);
  });

  it('comes back as it was written', () => {
    const bundle = parseSpiffeBundle('example.org', vector('spiffebundle/spiffebundle_valid_with_wit.json'));
    const text = formatSpiffeBundle(bundle);
    expect(parseSpiffeBundle('example.org', text)).toMatchObject({
      x509Authorities: bundle.x509Authorities,
      sequence: 1n,
      refreshHintSeconds: 60,
    });
    expect(JSON.parse(text).keys).toHaveLength(5);
  });
});
