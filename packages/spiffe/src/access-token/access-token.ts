import { isJsonObject } from '../json/parse-json.ts';
import { parseSpiffeId } from '../spiffe-id/spiffe-id.ts';
import { optionalText, readToken, type UnverifiedToken } from '../token-svid/token.ts';
import { readTokenClaims, type TokenClaims } from '../token-svid/token-claims.ts';
import { TokenClaimInvalid, TokenConfirmationInvalid } from '../token-svid/token-svid.errors.ts';

/** What an access token is bound to (RFC 7800): whoever presents it has to prove all that stands here. */
export interface Confirmation {
  /** Thumbprint of the key of a DPoP proof (RFC 9449, section 6.1). */
  readonly jkt?: string;
  /** SHA-256 of the client's certificate (RFC 8705, section 3.1). */
  readonly 'x5t#S256'?: string;
}

/** An access token in the JWT profile of RFC 9068, whose parties are workloads. */
export interface AccessToken {
  readonly issuer: string;
  /** In whose name: a SPIFFE ID. */
  readonly subject: string;
  /** Who was given it: a SPIFFE ID. */
  readonly clientId: string;
  readonly audience: readonly string[];
  readonly scopes: readonly string[];
  /** Who acts for the subject (RFC 8693, section 4.1), the current actor first; empty where the subject acts itself. */
  readonly actors: readonly string[];
  /** Null for a bearer token. */
  readonly confirmation: Confirmation | null;
  readonly tokenId: string;
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

export interface UnverifiedAccessToken {
  readonly unverified: UnverifiedToken;
  readonly claims: TokenClaims;
  readonly accessToken: AccessToken;
}

/** Longer chains are refused unread: a stranger must not make us walk without end. */
const actorsMax = 32;
const confirmationMembers: readonly string[] = ['jkt', 'x5t#S256'];
/** base64url of 32 bytes. */
const thumbprint = /^[A-Za-z0-9_-]{43}$/;

/** Header and claims as RFC 9068, section 2, wants them; nothing is judged yet. Throws TokenSvidRefused. */
export function readAccessToken(token: string): UnverifiedAccessToken {
  const unverified = readToken('access-token', token);
  const claims = readTokenClaims(unverified);
  if (claims.issuedAt === undefined) throw invalid('iat');
  const accessToken = Object.freeze({
    issuer: requiredText(unverified, 'iss'),
    subject: claims.spiffeId.toString(),
    clientId: requiredText(unverified, 'client_id'),
    audience: Object.freeze(readAudience(unverified.claims['aud'])),
    scopes: Object.freeze(readScopes(unverified)),
    actors: Object.freeze(readActors(unverified.claims['act'])),
    confirmation: readConfirmation(unverified.claims['cnf']),
    tokenId: requiredText(unverified, 'jti'),
    issuedAt: claims.issuedAt,
    expiresAt: claims.expiresAt,
  });
  return { unverified, claims, accessToken };
}

function requiredText({ profile, claims }: UnverifiedToken, name: string): string {
  const value = optionalText(profile, claims, name);
  if (value === undefined || value === '') throw invalid(name);
  return value;
}

function readAudience(aud: unknown): string[] {
  const audience: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  if (audience.length === 0) throw invalid('aud');
  return audience.map((name) => {
    if (typeof name !== 'string' || name === '') throw invalid('aud');
    return name;
  });
}

function readScopes({ profile, claims }: UnverifiedToken): string[] {
  return optionalText(profile, claims, 'scope')?.split(' ').filter(Boolean) ?? [];
}

function readActors(act: unknown): string[] {
  const actors: string[] = [];
  for (let actor = act; actor !== undefined; actor = actor['act']) {
    if (!isJsonObject(actor) || actors.length >= actorsMax) throw invalid('act');
    actors.push(readActor(actor['sub']));
  }
  return actors;
}

function readActor(sub: unknown): string {
  if (typeof sub !== 'string') throw invalid('act');
  try {
    return parseSpiffeId(sub).toString();
  } catch (cause) {
    throw new TokenClaimInvalid('access-token', 'an actor has no SPIFFE ID', { cause });
  }
}

/** A method of confirmation that we don't know is one that we can't check. */
function readConfirmation(cnf: unknown): Confirmation | null {
  if (cnf === undefined) return null;
  const isKnown =
    isJsonObject(cnf) &&
    Object.keys(cnf).length > 0 &&
    Object.entries(cnf).every(
      ([name, value]) =>
        confirmationMembers.includes(name) && typeof value === 'string' && thumbprint.test(value),
    );
  if (!isKnown)
    throw new TokenConfirmationInvalid('access-token', 'the cnf binds the token to nothing known');
  return Object.freeze({ ...cnf });
}

function invalid(claim: string): TokenClaimInvalid {
  return new TokenClaimInvalid('access-token', `the claim ${claim} is missing or of another type`, {
    context: { claim },
  });
}
