import type { KeyObject } from 'node:crypto';
import { compactVerify } from 'jose';
import type { UnverifiedToken } from './token.ts';
import type { TokenClaims } from './token-claims.ts';
import {
  TokenAuthorityUnknown,
  TokenKeyIdMissing,
  TokenSignatureInvalid,
  TokenTrustDomainUnknown,
} from './token-svid.errors.ts';

/** The keys of each trust domain, by key ID. */
export interface TokenAuthorities {
  get(trustDomain: string): { readonly authorities: ReadonlyMap<string, KeyObject> } | undefined;
}

/**
 * Verifies the signature by the key that the header names, of the bundle of the token's own trust
 * domain. A token that names no key is refused, as go-spiffe and SPIRE do, though the standard lets
 * a verifier try all keys.
 */
export async function verifyTokenSignature(
  { profile, header, text }: UnverifiedToken,
  { spiffeId: { trustDomain } }: TokenClaims,
  bundles: TokenAuthorities,
): Promise<void> {
  const { alg, kid } = header;
  if (!kid) throw new TokenKeyIdMissing(profile, 'the header has no kid');
  const bundle = bundles.get(trustDomain);
  if (bundle === undefined) {
    throw new TokenTrustDomainUnknown(profile, 'no bundle for this trust domain', {
      context: { trustDomain },
    });
  }
  const authority = bundle.authorities.get(kid);
  if (authority === undefined) {
    throw new TokenAuthorityUnknown(profile, 'the bundle has no key of this ID', {
      context: { trustDomain, kid: kid.slice(0, 256) },
    });
  }
  try {
    await compactVerify(text, authority, { algorithms: [alg] });
  } catch (cause) {
    throw new TokenSignatureInvalid(profile, 'the signature is not the authority’s', { cause });
  }
}
