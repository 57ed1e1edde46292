import type { KeyObject } from 'node:crypto';
import { parseTrustDomain } from '../spiffe-id/trust-domain.ts';
import { BundleSet } from './bundle-set.ts';
import { readDocument, readJwks } from './jwk-set.ts';
import { readTokenAuthorities } from './token-authorities.ts';

/** The keys of one trust domain that sign JWT-SVIDs. */
export interface JwtBundle {
  readonly trustDomain: string;
  /** By key ID. Never changed in place: a new content is a new bundle. */
  readonly authorities: ReadonlyMap<string, KeyObject>;
}

export class JwtBundleSet extends BundleSet<JwtBundle> {}

/** The JWK Sets of SPIRE's Workload API carry no `use`. */
const uses: readonly unknown[] = [undefined, 'jwt-svid'];

/**
 * Reads the JWK Set of one trust domain, as FetchJWTBundles sends it (Workload API, 6.2.2). Keys of
 * another use or of an unknown type are left out. Throws BundleInvalid or SpiffeIdInvalid.
 */
export function parseJwtBundle(trustDomain: string, jwks: string | Uint8Array): JwtBundle {
  const keys = readJwks(readDocument(jwks)).filter((jwk) => uses.includes(jwk['use']));
  return Object.freeze({
    trustDomain: parseTrustDomain(trustDomain),
    authorities: readTokenAuthorities(keys),
  });
}
