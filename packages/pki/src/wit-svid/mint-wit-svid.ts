import { isDeepStrictEqual } from 'node:util';
import { parseSpiffeId } from '@blastradius/spiffe';
import { isP256Spki } from '../key-pair/p256.ts';
import { p256Jwk } from '../key-pair/p256-jwk.ts';
import { randomIdentifier } from '../random/random-identifier.ts';
import { checkSignedToken, requireAll } from '../token/check-signed-token.ts';
import { areFurtherClaims, checkedFurtherClaims, type FurtherClaims } from '../token/further-claims.ts';
import type { MintedToken } from '../token/minted-token.ts';
import { signToken } from '../token/sign-token.ts';
import { numericDate, tokenLifetimeWithin } from '../token/token-lifetime.ts';
import type { TokenAuthority } from '../token-authority/token-authority.ts';
import { MintRequestInvalid } from '../x509-svid/mint.errors.ts';

export interface WitSvidRequest {
  readonly authority: TokenAuthority;
  readonly spiffeId: string;
  /** The workload's key: SubjectPublicKeyInfo on P-256, DER. Whoever shows the token has to prove that it holds it. */
  readonly publicKeySpki: Uint8Array;
  readonly issuedAt: Date;
  /** Cut to the authority's own end; fractions of a second are dropped. */
  readonly expiresAt: Date;
  /** What the issuer says of the workload beside its name; the profile forbids `aud` and nothing else. */
  readonly claims?: FurtherClaims | undefined;
}

/** Mints a WIT-SVID (WIT-SVID, incubating; draft-ietf-wimse-workload-creds), ES256, bound to a key on P-256. */
export function mintWitSvid(request: WitSvidRequest): MintedToken {
  const { authority, spiffeId, publicKeySpki, claims } = request;
  if (parseSpiffeId(spiffeId).path === '')
    throw new MintRequestInvalid('the SPIFFE ID of a workload has a path');
  if (!isP256Spki(publicKeySpki)) throw new MintRequestInvalid('the key is not on P-256');
  const { issuedAt, expiresAt } = tokenLifetimeWithin(authority.notAfter, request);
  const tokenId = randomIdentifier().toString('hex');
  // No audience: it says who someone is, to anyone, and is worth nothing without the key.
  const token = signToken(authority, 'wit+jwt', {
    sub: spiffeId,
    iat: numericDate(issuedAt),
    exp: numericDate(expiresAt),
    jti: tokenId,
    cnf: confirmationOf(publicKeySpki),
    ...checkedFurtherClaims(claims),
  });
  return { token, tokenId, issuedAt, expiresAt };
}

/**
 * The check after signing: what was signed, read back, must be what was asked for before it leaves the
 * issuer. Throws `mint.wrong-token`.
 */
export function checkMintedWitSvid({ token, tokenId }: MintedToken, request: WitSvidRequest): void {
  const { authority, spiffeId, publicKeySpki, issuedAt, expiresAt, claims } = request;
  const { sub, iat, exp, jti, cnf, ...others } = checkSignedToken(token, 'wit+jwt', authority);
  const latest = Math.min(numericDate(expiresAt), numericDate(authority.notAfter));
  requireAll(
    [
      ['subject', sub === spiffeId],
      ['beginning', iat === numericDate(issuedAt)],
      ['end', typeof exp === 'number' && exp > Number(iat) && exp <= latest],
      ['id', jti === tokenId],
      ['key', isDeepStrictEqual(cnf, confirmationOf(publicKeySpki))],
      ['further claims', areFurtherClaims(others, claims)],
    ],
    spiffeId,
  );
}

/** RFC 7800, section 3.2; `alg` says what the key signs proofs by. */
function confirmationOf(publicKeySpki: Uint8Array) {
  return { jwk: { ...p256Jwk(publicKeySpki), alg: 'ES256' } };
}
