import { parseSpiffeId } from '@blastradius/spiffe';
import { randomIdentifier } from '../random/random-identifier.ts';
import { checkSignedToken, requireAll } from '../token/check-signed-token.ts';
import { areFurtherClaims, checkedFurtherClaims, type FurtherClaims } from '../token/further-claims.ts';
import type { MintedToken } from '../token/minted-token.ts';
import { signToken } from '../token/sign-token.ts';
import { numericDate, tokenLifetimeWithin } from '../token/token-lifetime.ts';
import type { TokenAuthority } from '../token-authority/token-authority.ts';
import { MintRequestInvalid } from '../x509-svid/mint.errors.ts';

export interface JwtSvidRequest {
  readonly authority: TokenAuthority;
  readonly spiffeId: string;
  /** At least one. */
  readonly audience: readonly string[];
  readonly issuedAt: Date;
  /** Cut to the authority's own end; fractions of a second are dropped. */
  readonly expiresAt: Date;
  /** The `iss`, a URL: for those who look up keys by it. Left out unless it is given. */
  readonly issuer?: string | undefined;
  /** What the issuer says of the workload beside its name (JWT-SVID, section 3, allows further claims). */
  readonly claims?: FurtherClaims | undefined;
}

/** Mints a JWT-SVID (JWT-SVID, sections 2 and 3), ES256. */
export function mintJwtSvid(request: JwtSvidRequest): MintedToken {
  const { authority, spiffeId, audience, issuer, claims } = request;
  if (parseSpiffeId(spiffeId).path === '')
    throw new MintRequestInvalid('the SPIFFE ID of a workload has a path');
  if (audience.length === 0 || audience.includes(''))
    throw new MintRequestInvalid('a JWT-SVID needs an audience');
  const { issuedAt, expiresAt } = tokenLifetimeWithin(authority.notAfter, request);
  const tokenId = randomIdentifier().toString('hex');
  const token = signToken(authority, 'JWT', {
    ...(issuer === undefined ? {} : { iss: issuer }),
    sub: spiffeId,
    aud: audience,
    iat: numericDate(issuedAt),
    exp: numericDate(expiresAt),
    jti: tokenId,
    ...checkedFurtherClaims(claims),
  });
  return { token, tokenId, issuedAt, expiresAt };
}

/**
 * The check after signing: what was signed, read back, must be what was asked for before it leaves the
 * issuer. Throws `mint.wrong-token`.
 */
export function checkMintedJwtSvid({ token, tokenId }: MintedToken, request: JwtSvidRequest): void {
  const { authority, spiffeId, audience, issuedAt, expiresAt, issuer, claims } = request;
  const { sub, aud, iat, exp, jti, iss, ...others } = checkSignedToken(token, 'JWT', authority);
  const latest = Math.min(numericDate(expiresAt), numericDate(authority.notAfter));
  requireAll(
    [
      ['subject', sub === spiffeId],
      ['audience', Array.isArray(aud) && aud.join('\n') === audience.join('\n')],
      ['beginning', iat === numericDate(issuedAt)],
      ['end', typeof exp === 'number' && exp > Number(iat) && exp <= latest],
      ['id', jti === tokenId],
      ['issuer', iss === issuer],
      ['further claims', areFurtherClaims(others, claims)],
    ],
    spiffeId,
  );
}
