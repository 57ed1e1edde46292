import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { SpiffeBundle } from '../bundle/spiffe-bundle.ts';
import { acceptFetchedBundle } from './accept-fetched-bundle.ts';
import { readFetchedBundle } from './fetch-bundle.ts';

const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function bundle(sequence?: bigint, keyIds: readonly string[] = ['a']): SpiffeBundle {
  return {
    trustDomain: 'other.test',
    x509Authorities: [],
    jwtAuthorities: new Map(keyIds.map((keyId) => [keyId, publicKey])),
    witAuthorities: new Map(),
    ...(sequence === undefined ? {} : { sequence }),
  };
}

describe('a bundle that was fetched', () => {
  it('is taken where none is held, and where its keys are others', () => {
    expect(acceptFetchedBundle(undefined, bundle(1n))).toBe(true);
    expect(acceptFetchedBundle(bundle(1n), bundle(2n, ['a', 'b']))).toBe(true);
    expect(acceptFetchedBundle(bundle(), bundle(undefined, ['b']))).toBe(true);
  });

  it('brings nothing new where only its sequence has grown', () => {
    expect(acceptFetchedBundle(bundle(1n), bundle(1n))).toBe(false);
    expect(acceptFetchedBundle(bundle(1n), bundle(9n))).toBe(false);
  });

  it('is refused where its sequence goes back, or is gone', () => {
    const code = 'federation.sequence-rolled-back';
    const errorOf = (fetched: SpiffeBundle) => {
      try {
        return acceptFetchedBundle(bundle(2n ** 63n + 1n), fetched);
      } catch (error) {
        return error;
      }
    };
    // A number would take these two for the same.
    expect(errorOf(bundle(2n ** 63n))).toMatchObject({ code });
    expect(errorOf(bundle())).toMatchObject({ code });
    expect(errorOf(bundle(2n ** 63n + 1n))).toBe(false);
  });

  it('may revoke everything by an empty list, and not by being a document of another kind', () => {
    expect(readFetchedBundle('other.test', '{"keys":[],"spiffe_sequence":3}').jwtAuthorities.size).toBe(0);
    const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'a', use: 'sig', alg: 'ES256' };
    const discovery = JSON.stringify({ keys: [jwk] });
    const code = 'federation.fetched-bundle-invalid';
    expect(() => readFetchedBundle('other.test', discovery)).toThrow(expect.objectContaining({ code }));
    expect(() => readFetchedBundle('other.test', '<html>')).toThrow(expect.objectContaining({ code }));
  });
});
