import type { KeyObject } from 'node:crypto';
import { parseTrustDomain } from '../spiffe-id/trust-domain.ts';
import { BundleSet } from './bundle-set.ts';
import { readDocument, readJwks } from './jwk-set.ts';
import { readTokenAuthorities } from './token-authorities.ts';

/** The keys of one trust domain that sign WIT-SVIDs (incubating). */
export interface WitBundle {
  readonly trustDomain: string;
  /** By key ID. Never changed in place: a new content is a new bundle. */
  readonly authorities: ReadonlyMap<string, KeyObject>;
}

export class WitBundleSet extends BundleSet<WitBundle> {}

const uses: readonly unknown[] = [undefined, 'wit-svid'];

/**
 * Reads the JWK Set of one trust domain, as FetchWITBundles sends it. Keys of another use or of an
 * unknown type are left out. Throws BundleInvalid or SpiffeIdInvalid.
 */
export function parseWitBundle(trustDomain: string, jwks: string | Uint8Array): WitBundle {
  const keys = readJwks(readDocument(jwks)).filter((jwk) => uses.includes(jwk['use']));
  return Object.freeze({
    trustDomain: parseTrustDomain(trustDomain),
    authorities: readTokenAuthorities(keys),
  });
}
