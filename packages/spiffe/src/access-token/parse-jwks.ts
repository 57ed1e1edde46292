import type { KeyObject } from 'node:crypto';
import { readDocument, readJwks } from '../bundle/jwk-set.ts';
import { readTokenAuthorities } from '../bundle/token-authorities.ts';

/** The keys of an authorization server's JWK Set (RFC 7517, section 5), by `kid`. Throws `BundleInvalid`. */
export function parseJwks(document: string | Uint8Array): ReadonlyMap<string, KeyObject> {
  return readTokenAuthorities(readJwks(readDocument(document)));
}
