import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Confirmation, parseSpiffeId } from '@blastradius/spiffe';
import { checkSignedToken, requireAll } from '../token/check-signed-token.ts';
import type { MintedToken } from '../token/minted-token.ts';
import { signToken } from '../token/sign-token.ts';
import { numericDate, tokenLifetimeWithin } from '../token/token-lifetime.ts';
import type { TokenAuthority } from '../token-authority/token-authority.ts';
import { MintRequestInvalid } from '../x509-svid/mint.errors.ts';

export interface AccessTokenRequest {
  readonly authority: TokenAuthority;
  /** The authorization server's issuer identifier (RFC 8414, section 2). */
  readonly issuer: string;
  /** A SPIFFE ID, as those of client and actors. */
  readonly subject: string;
  readonly clientId: string;
  /** At least one. */
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  /** The current actor first. */
  readonly actors: readonly string[];
  /** Null for a bearer token. */
  readonly confirmation: Confirmation | null;
  readonly issuedAt: Date;
  /** Cut to the authority's own end; fractions of a second are dropped. */
  readonly expiresAt: Date;
}

/** An actor, and within it who acted before (RFC 8693, section 4.1). */
interface ActorClaim {
  readonly sub: string;
  readonly act?: ActorClaim;
}

/** Mints an access token (RFC 9068), ES256. */
export function mintAccessToken(request: AccessTokenRequest): MintedToken {
  const { authority, issuer, subject, clientId, audience } = request;
  for (const party of [subject, clientId, ...request.actors]) parseSpiffeId(party);
  if (audience.length === 0 || audience.includes(''))
    throw new MintRequestInvalid('an access token needs an audience');
  const { issuedAt, expiresAt } = tokenLifetimeWithin(authority.notAfter, request);
  const tokenId = randomBytes(16).toString('hex');
  const token = signToken(authority, 'at+jwt', {
    iss: issuer,
    sub: subject,
    aud: audience,
    client_id: clientId,
    ...optionalClaims(request),
    iat: numericDate(issuedAt),
    exp: numericDate(expiresAt),
    jti: tokenId,
  });
  return { token, tokenId, issuedAt, expiresAt };
}

/**
 * The check after signing: what was signed, read back, must be what was asked for before it leaves the
 * issuer. Throws `mint.wrong-token`.
 */
export function checkMintedAccessToken({ token, tokenId }: MintedToken, request: AccessTokenRequest): void {
  const { authority, issuer, subject, clientId, audience, issuedAt, expiresAt } = request;
  const claims = checkSignedToken(token, 'at+jwt', authority);
  const { iss, sub, aud, client_id, iat, exp, jti, ...others } = claims;
  const latest = Math.min(numericDate(expiresAt), numericDate(authority.notAfter));
  requireAll(
    [
      ['issuer', iss === issuer],
      ['subject', sub === subject],
      ['audience', isDeepStrictEqual(aud, audience)],
      ['client', client_id === clientId],
      ['beginning', iat === numericDate(issuedAt)],
      ['end', typeof exp === 'number' && exp > Number(iat) && exp <= latest],
      ['id', jti === tokenId],
      ['scope, actors or confirmation', isDeepStrictEqual(others, optionalClaims(request))],
    ],
    subject,
  );
}

function optionalClaims({ scopes, actors, confirmation }: AccessTokenRequest): Record<string, unknown> {
  const act = actorClaim(actors);
  return {
    ...(scopes.length > 0 && { scope: scopes.join(' ') }),
    ...(act && { act }),
    ...(confirmation && { cnf: { ...confirmation } }),
  };
}

function actorClaim(actors: readonly string[]): ActorClaim | undefined {
  return actors.reduceRight<ActorClaim | undefined>(
    (act, sub) => (act === undefined ? { sub } : { sub, act }),
    undefined,
  );
}
