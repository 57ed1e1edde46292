import type { JsonWebKey, KeyObject } from 'node:crypto';
import type { SpiffeId } from '../spiffe-id/spiffe-id.ts';
import type { SignatureAlgorithm } from '../token-svid/signature-algorithms.ts';
import { readToken, type UnverifiedToken } from '../token-svid/token.ts';
import { checkTokenValidity, readTokenClaims, type TokenClaims } from '../token-svid/token-claims.ts';
import {
  TokenAudiencePresent,
  TokenKeyIdMissing,
  TokenTypeUnsupported,
} from '../token-svid/token-svid.errors.ts';
import { readConfirmationKey } from './confirmation-key.ts';

/**
 * A WIT-SVID (incubating): says whose the key in `confirmationKey` is, and is worth nothing without a
 * proof by that key. Never a bearer token.
 */
export interface WitSvid {
  readonly spiffeId: SpiffeId;
  readonly issuedAt?: Date;
  readonly expiresAt: Date;
  /** `cnf.jwk`: a public key, with the algorithm of its proofs in `alg`. */
  readonly confirmationKey: JsonWebKey & { readonly alg: SignatureAlgorithm };
  /** All claims, the registered ones too. */
  readonly claims: Readonly<Record<string, unknown>>;
  /** JWS compact serialization. */
  readonly token: string;
  /** Where the holder reads it from its own Workload API. */
  readonly privateKey?: KeyObject;
  readonly hint?: string;
}

/**
 * Reads a WIT-SVID without verifying its signature: for a workload that has it from its own Workload
 * API, and never for one that a caller presents. Throws TokenSvidRefused (`wit-svid.*`).
 */
export function parseWitSvidInsecure(token: string, now = new Date()): WitSvid {
  const { unverified, claims, svid } = readWitSvid(token);
  checkTokenValidity(unverified, claims, { now });
  return svid;
}

export interface UnverifiedWitSvid {
  readonly unverified: UnverifiedToken;
  readonly claims: TokenClaims;
  readonly svid: WitSvid;
}

/** Header and claims as WIT-SVID, sections 2 and 3, want them; not yet judged against time. */
export function readWitSvid(token: string): UnverifiedWitSvid {
  const unverified = readToken('wit-svid', token);
  const { typ, kid } = unverified.header;
  if (typ !== 'wit+jwt') throw new TokenTypeUnsupported('wit-svid', 'the typ is not wit+jwt');
  if (!kid) throw new TokenKeyIdMissing('wit-svid', 'the header has no kid');
  const claims = readTokenClaims(unverified);
  if (unverified.claims['aud'] !== undefined) {
    throw new TokenAudiencePresent('wit-svid', 'a WIT-SVID must have no aud');
  }
  const { spiffeId, expiresAt, issuedAt } = claims;
  const svid = Object.freeze({
    spiffeId,
    ...(issuedAt && { issuedAt }),
    expiresAt,
    confirmationKey: readConfirmationKey(unverified.claims['cnf']),
    claims: unverified.claims,
    token,
  });
  return { unverified, claims, svid };
}
