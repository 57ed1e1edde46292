import type { KeyObject } from 'node:crypto';
import { suitsAlgorithm } from '../jwk/public-jwk.ts';
import { isJwsSignedBy } from './jws-signature.ts';
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
export function verifyTokenSignature(
  token: UnverifiedToken,
  { spiffeId: { trustDomain } }: TokenClaims,
  bundles: TokenAuthorities,
): void {
  const bundle = bundles.get(trustDomain);
  if (bundle === undefined) {
    throw new TokenTrustDomainUnknown(token.profile, 'no bundle for this trust domain', {
      context: { trustDomain },
    });
  }
  const { text, header } = token;
  const isSigner = (authority: KeyObject) => isJwsSignedBy(authority, header.alg, text);
  if (candidates(token, bundle.authorities).some(isSigner)) return;
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
