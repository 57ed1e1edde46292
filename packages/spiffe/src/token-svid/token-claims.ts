import { parseSpiffeId, type SpiffeId } from '../spiffe-id/spiffe-id.ts';
import { optionalText, type UnverifiedToken } from './token.ts';
import {
  TokenExpired,
  TokenExpiryMissing,
  TokenIssuedInFuture,
  TokenMalformed,
  TokenNotYetValid,
  TokenSpiffeIdInvalid,
  TokenSubjectMissing,
} from './token-svid.errors.ts';

/** What JWT-SVIDs and WIT-SVIDs have in common (JWT-SVID, section 3; WIT-SVID, section 3). */
export interface TokenClaims {
  readonly spiffeId: SpiffeId;
  readonly expiresAt: Date;
  readonly issuedAt?: Date;
  readonly notBefore?: Date;
}

/** How far two clocks may stand apart, as go-spiffe has it. */
export const defaultLeewaySeconds = 60;
/** What a `Date` can hold. */
const secondsMax = 8.64e12;

export function readTokenClaims(token: UnverifiedToken): TokenClaims {
  for (const name of ['iss', 'jti']) optionalText(token.profile, token.claims, name);
  const subject = optionalText(token.profile, token.claims, 'sub');
  if (!subject) throw new TokenSubjectMissing(token.profile, 'the token has no sub');
  const expiresAt = readDate(token, 'exp');
  if (expiresAt === undefined) throw new TokenExpiryMissing(token.profile, 'the token has no exp');
  const issuedAt = readDate(token, 'iat');
  const notBefore = readDate(token, 'nbf');
  return {
    spiffeId: readSpiffeId(token, subject),
    expiresAt,
    ...(issuedAt && { issuedAt }),
    ...(notBefore && { notBefore }),
  };
}

export interface TokenTime {
  readonly now: Date;
  /** What the clocks of issuer and verifier may differ by: a minute unless given, as go-spiffe has it. */
  readonly leewaySeconds?: number | undefined;
}

export function checkTokenValidity(
  token: UnverifiedToken,
  claims: TokenClaims,
  { now, leewaySeconds = defaultLeewaySeconds }: TokenTime,
): void {
  const { expiresAt, issuedAt, notBefore } = claims;
  const leewayMs = leewaySeconds * 1000;
  const [earliestMs, latestMs] = [now.getTime() - leewayMs, now.getTime() + leewayMs];
  // Written so that a `now` that is no date lets nothing pass.
  if (!(earliestMs <= expiresAt.getTime())) throw new TokenExpired(token.profile, 'the token has expired');
  if (notBefore && latestMs < notBefore.getTime()) {
    throw new TokenNotYetValid(token.profile, 'the token is not valid yet (nbf)');
  }
  if (issuedAt && latestMs < issuedAt.getTime()) {
    throw new TokenIssuedInFuture(token.profile, 'the token was issued in the future (iat)');
  }
}

/** A NumericDate (RFC 7519, section 2), cut to whole seconds as go-spiffe does. */
function readDate({ profile, claims }: UnverifiedToken, name: string): Date | undefined {
  const seconds = claims[name];
  if (seconds === undefined) return undefined;
  if (typeof seconds !== 'number' || !(Math.abs(seconds) <= secondsMax)) {
    throw new TokenMalformed(profile, `${name} is no time in seconds`);
  }
  return new Date(Math.trunc(seconds) * 1000);
}

function readSpiffeId({ profile }: UnverifiedToken, subject: string): SpiffeId {
  try {
    return parseSpiffeId(subject);
  } catch (cause) {
    throw new TokenSpiffeIdInvalid(profile, 'the sub is no SPIFFE ID', { cause });
  }
}
