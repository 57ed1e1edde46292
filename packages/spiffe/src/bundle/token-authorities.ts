import type { KeyObject } from 'node:crypto';
import { publicKeyFromJwk } from '../jwk/public-jwk.ts';
import { BundleKeyIdMissing, BundleKeyIdRepeated, BundleKeyInvalid } from './bundle.errors.ts';
import { checkJwkCertificates } from './jwk-certificates.ts';
import type { JsonMembers } from './jwk-set.ts';

/** The keys that sign tokens, by key ID. Each has one, and no two have the same. */
export function readTokenAuthorities(jwks: readonly JsonMembers[]): ReadonlyMap<string, KeyObject> {
  const authorities = new Map<string, KeyObject>();
  for (const jwk of jwks) {
    const { kid } = jwk;
    if (typeof kid !== 'string' || kid === '')
      throw new BundleKeyIdMissing('a key that signs tokens has no kid');
    if (authorities.has(kid)) throw new BundleKeyIdRepeated('two keys have the same kid');
    authorities.set(kid, readKey(jwk));
  }
  return authorities;
}

function readKey(jwk: JsonMembers): KeyObject {
  const key = publicKeyOrRefuse(jwk);
  checkJwkCertificates(jwk, key);
  return key;
}

/** The key of a JWK of a bundle. */
export function publicKeyOrRefuse(jwk: JsonMembers): KeyObject {
  try {
    return publicKeyFromJwk(jwk);
  } catch (cause) {
    throw new BundleKeyInvalid('a JWK of the bundle is no public key', { cause });
  }
}
