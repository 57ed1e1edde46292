import { isJsonObject } from '../json/parse-json.ts';
import { parseTrustDomain } from '../spiffe-id/trust-domain.ts';
import { BundleMapInvalid } from './bundle.errors.ts';
import { type JsonMembers, readDocument } from './jwk-set.ts';
import { readSpiffeBundle } from './parse-spiffe-bundle.ts';
import { SpiffeBundleSet } from './spiffe-bundle.ts';

/**
 * Reads a bundle map: SPIFFE bundles by the names of their trust domains (SPIFFE Trust Domain and
 * Bundle, section 5). A name that occurs twice makes the map invalid. Throws BundleInvalid.
 */
export function parseBundleMap(document: string | Uint8Array): SpiffeBundleSet {
  const { trust_domains: trustDomains } = readDocument(document);
  if (!isJsonObject(trustDomains)) throw new BundleMapInvalid('the map has no object trust_domains');
  return new SpiffeBundleSet(
    Object.entries(trustDomains).map(([name, members]) =>
      readSpiffeBundle(readName(name), readMembers(members)),
    ),
  );
}

function readName(name: string): string {
  try {
    return parseTrustDomain(name);
  } catch (cause) {
    throw new BundleMapInvalid('a member of trust_domains is not named by a trust domain', { cause });
  }
}

function readMembers(members: unknown): JsonMembers {
  if (!isJsonObject(members)) throw new BundleMapInvalid('a member of trust_domains is no bundle');
  return members;
}
