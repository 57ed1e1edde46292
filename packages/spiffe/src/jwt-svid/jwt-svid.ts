import type { SpiffeId } from '../spiffe-id/spiffe-id.ts';
import { readToken, type UnverifiedToken } from '../token-svid/token.ts';
import {
  checkTokenValidity,
  readTokenClaims,
  type TokenClaims,
  type TokenTime,
} from '../token-svid/token-claims.ts';
import {
  TokenAudienceMismatch,
  TokenAudienceMissing,
  TokenMalformed,
  TokenTypeUnsupported,
} from '../token-svid/token-svid.errors.ts';

/** A JWT-SVID: whoever holds the token is believed to be the identity, by those it is meant for. */
export interface JwtSvid {
  readonly spiffeId: SpiffeId;
  /** At least one. */
  readonly audience: readonly string[];
  readonly issuedAt?: Date;
  readonly expiresAt: Date;
  /** All claims, the registered ones too. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** JWS compact serialization: a secret until it has expired. */
  readonly token: string;
  readonly hint?: string;
}

/**
 * Reads a JWT-SVID without verifying its signature: for a workload that has it from its own Workload
 * API, and never for one that a caller presents. `audience` is what it was asked for: one of these
 * must stand in the token. Throws TokenSvidRefused (`jwt-svid.*`).
 */
export function parseJwtSvidInsecure(token: string, audience: readonly string[], now = new Date()): JwtSvid {
  const { unverified, claims, svid } = readJwtSvid(token);
  checkJwtSvid({ unverified, claims, svid }, audience, { now });
  return svid;
}

export interface UnverifiedJwtSvid {
  readonly unverified: UnverifiedToken;
  readonly claims: TokenClaims;
  readonly svid: JwtSvid;
}

/** Header and claims as JWT-SVID, sections 2 and 3, want them; not yet judged against time and audience. */
export function readJwtSvid(token: string): UnverifiedJwtSvid {
  const unverified = readToken('jwt-svid', token);
  const { typ } = unverified.header;
  if (typ !== undefined && typ !== 'JWT' && typ !== 'JOSE') {
    throw new TokenTypeUnsupported('jwt-svid', 'the typ is neither JWT nor JOSE');
  }
  const claims = readTokenClaims(unverified);
  const { spiffeId, expiresAt, issuedAt } = claims;
  const svid = Object.freeze({
    spiffeId,
    audience: Object.freeze(readAudience(unverified.claims['aud'])),
    ...(issuedAt && { issuedAt }),
    expiresAt,
    claims: unverified.claims,
    token,
  });
  return { unverified, claims, svid };
}

/** An empty `audience` matches no token: a verifier that does not know its own name must not accept. */
export function checkJwtSvid(
  { unverified, claims, svid }: UnverifiedJwtSvid,
  audience: readonly string[],
  time: TokenTime,
): void {
  checkTokenValidity(unverified, claims, time);
  if (!audience.some((expected) => svid.audience.includes(expected))) {
    throw new TokenAudienceMismatch('jwt-svid', 'the token is for another audience', {
      context: { expected: audience, found: svid.audience },
    });
  }
}

function readAudience(aud: unknown): string[] {
  if (aud === undefined) throw new TokenAudienceMissing('jwt-svid', 'the token has no aud');
  const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audience.length === 0) throw new TokenAudienceMissing('jwt-svid', 'the aud is empty');
  return audience.map((name) => {
    if (typeof name !== 'string')
      throw new TokenMalformed('jwt-svid', 'the aud is neither string nor strings');
    return name;
  });
}
