import type { KeyObject } from 'node:crypto';
import { compactVerify, errors } from 'jose';
import { suitsAlgorithm } from '../jwk/public-jwk.ts';
import type { UnverifiedToken } from './token.ts';
import type { TokenClaims } from './token-claims.ts';
import {
  TokenAuthorityUnknown,
  TokenSignatureInvalid,
  TokenTrustDomainUnknown,
} from './token-svid.errors.ts';

/** The keys of each trust domain, by key ID. */
export interface TokenAuthorities {
  get(trustDomain: string): { readonly authorities: ReadonlyMap<string, KeyObject> } | undefined;
}

/** More keys than a bundle has; a stranger must not make us verify without end. */
const triesMax = 16;

/** Verifies the signature by a key of the bundle of the token's own trust domain, and of no other. */
export async function verifyTokenSignature(
  token: UnverifiedToken,
  { spiffeId: { trustDomain } }: TokenClaims,
  bundles: TokenAuthorities,
): Promise<void> {
  const bundle = bundles.get(trustDomain);
  if (bundle === undefined) {
    throw new TokenTrustDomainUnknown(token.profile, 'no bundle for this trust domain', {
      context: { trustDomain },
    });
  }
  for (const authority of candidates(token, bundle.authorities)) {
    if (await isSignedBy(authority, token)) return;
  }
  throw new TokenSignatureInvalid(token.profile, 'the signature is not the authority’s');
}

/**
 * The key that the header names. A JWT-SVID need not name one (JWT-SVID, section 2.2): then each key of
 * its algorithm may have signed it. Here go-spiffe and SPIRE are stricter than the standard.
 */
function candidates(
  { profile, header: { alg, kid } }: UnverifiedToken,
  authorities: ReadonlyMap<string, KeyObject>,
): KeyObject[] {
  if (kid === undefined) {
    return [...authorities.values()].filter((key) => suitsAlgorithm(key, alg)).slice(0, triesMax);
  }
  const authority = authorities.get(kid);
  if (authority === undefined) {
    throw new TokenAuthorityUnknown(profile, 'the bundle has no key of this ID', {
      context: { kid: kid.slice(0, 256) },
    });
  }
  return [authority];
}

async function isSignedBy(
  authority: KeyObject,
  { text, header, profile }: UnverifiedToken,
): Promise<boolean> {
  if (!suitsAlgorithm(authority, header.alg)) return false;
  try {
    await compactVerify(text, authority, { algorithms: [header.alg] });
    return true;
  } catch (cause) {
    if (cause instanceof errors.JWSSignatureVerificationFailed) return false;
    throw new TokenSignatureInvalid(profile, 'the signature can not be verified', { cause });
  }
}
