import { isDeepStrictEqual } from 'node:util';
import { MintRequestInvalid } from '../x509-svid/mint.errors.ts';

/** Claims of a token beside those of its profile; in the order they are written in. */
export type FurtherClaims = Readonly<Record<string, string>>;

/**
 * What no further claim may be called: the claims by which somebody who verifies a token decides whose it is,
 * for whom, for how long, by whom, or what its holder may do (RFC 7519, RFC 7800, RFC 8693, RFC 9068).
 * `__proto__` names no claim in JavaScript.
 */
export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'cnf', 'act', 'may_act', 'scope', 'scp', 'client_id'],
  ...['azp', 'nonce', 'auth_time', 'acr', 'amr', 'at_hash', 'c_hash', 's_hash', 'events', 'sub_id', 'sid'],
  ...['htm', 'htu', 'ath', 'wth', 'tth', 'authorization_details', 'roles', 'groups', 'entitlements'],
  ...['__proto__'],
]);

export const FURTHER_CLAIMS_MAX = 16;
export const CLAIM_NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_.:/-]{0,127}$/;
export const CLAIM_VALUE_BYTES_MAX = 256;

/** Returns them again. Throws `mint.request-invalid` for one that would speak for the profile, or is too long. */
export function checkedFurtherClaims(claims: FurtherClaims = {}): FurtherClaims {
  const entries = Object.entries(claims);
  if (entries.length > FURTHER_CLAIMS_MAX)
    throw new MintRequestInvalid(`there are more than ${FURTHER_CLAIMS_MAX} further claims`);
  for (const [name, value] of entries) {
    if (RESERVED_CLAIMS.has(name) || !CLAIM_NAME_PATTERN.test(name))
      throw new MintRequestInvalid('a further claim has a name that is reserved or unusable');
    if (Buffer.byteLength(value) > CLAIM_VALUE_BYTES_MAX)
      throw new MintRequestInvalid(`a further claim is longer than ${CLAIM_VALUE_BYTES_MAX} bytes`);
  }
  return claims;
}

/** For the check after signing: `others` are all claims that were read back beside those of the profile. */
export function areFurtherClaims(
  others: Readonly<Record<string, unknown>>,
  claims: FurtherClaims = {},
): boolean {
  return isDeepStrictEqual({ ...others }, { ...claims });
}
