import type { KeyObject } from 'node:crypto';
import { checkTokenValidity } from '../token-svid/token-claims.ts';
import {
  TokenAudienceMismatch,
  TokenIssuerMismatch,
  TokenKeyIdMissing,
  TokenSenderUnproved,
  TokenTypeUnsupported,
} from '../token-svid/token-svid.errors.ts';
import { verifyTokenSignature } from '../token-svid/verify-signature.ts';
import { type AccessToken, readAccessToken, type UnverifiedAccessToken } from './access-token.ts';

/** What the sender of a request has proved, thumbprints in base64url; a member is missing where nothing was. */
export interface ProvedSender {
  /** Of the certificate that TLS has proved: `certificateThumbprint`. */
  readonly certificateThumbprint?: string | undefined;
  /** Of the key of the DPoP proof: `keyThumbprint` of what `verifyDpopProof` returns for this token. */
  readonly keyThumbprint?: string | undefined;
}

export interface IssuedTokenExpectation {
  /** The authorization server, as its metadata has it. */
  readonly issuer: string;
  /** Its keys for access tokens, by `kid`. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  readonly now: Date;
  /** What the clocks of issuer and reader may differ by: a minute unless given. */
  readonly leewaySeconds?: number | undefined;
}

export interface AccessTokenExpectation extends IssuedTokenExpectation {
  /** The resource server's own name: the token must be for it. */
  readonly audience: string;
  readonly sender: ProvedSender;
}

export type AccessTokenCheck<Expectation> = (token: UnverifiedAccessToken, expected: Expectation) => void;

/** What holds of each access token, whoever reads it. */
export const issuedTokenChecks: Readonly<Record<string, AccessTokenCheck<IssuedTokenExpectation>>> = {
  type: ({ unverified: { header } }) => {
    if (header.typ !== 'at+jwt') throw new TokenTypeUnsupported('access-token', 'the typ is not at+jwt');
  },
  keyId: ({ unverified: { header } }) => {
    if (!header.kid) throw new TokenKeyIdMissing('access-token', 'the header has no kid');
  },
  issuer: ({ accessToken }, { issuer }) => {
    if (accessToken.issuer !== issuer) {
      throw new TokenIssuerMismatch('access-token', 'the token is of another issuer');
    }
  },
  validity: ({ unverified, claims }, { now, leewaySeconds }) =>
    checkTokenValidity(unverified, claims, { now, leewaySeconds }),
};

/** What a resource server has to see besides. */
export const presentedTokenChecks: Readonly<Record<string, AccessTokenCheck<AccessTokenExpectation>>> = {
  audience: ({ accessToken }, { audience }) => {
    if (!accessToken.audience.includes(audience)) {
      throw new TokenAudienceMismatch('access-token', 'the token is for another audience');
    }
  },
  sender: ({ accessToken: { confirmation } }, { sender }) => {
    if (!provesConfirmation(confirmation, sender)) {
      throw new TokenSenderUnproved('access-token', 'the sender has not proved the key of the token');
    }
  },
};

/**
 * Verifies an access token that a caller presents to a resource server (RFC 9068, section 4), its sender
 * constraint included. Rejects with TokenSvidRefused
 * (`access-token.*`).
 */
export function verifyAccessToken(token: string, expected: AccessTokenExpectation): Promise<AccessToken> {
  const checks = [...Object.values(issuedTokenChecks), ...Object.values(presentedTokenChecks)];
  return verifyWith(checks, token, expected);
}

/**
 * That this issuer has issued the token and it has not ended. It says nothing about who may present it
 * where: that is for an authorization server, which judges it as the subject of an exchange.
 */
export function verifyIssuedToken(token: string, expected: IssuedTokenExpectation): Promise<AccessToken> {
  return verifyWith(Object.values(issuedTokenChecks), token, expected);
}

/** With checks that a test may leave out, one by one, to see that its vectors notice. */
export async function verifyWith<Expectation extends IssuedTokenExpectation>(
  checks: readonly AccessTokenCheck<Expectation>[],
  token: string,
  expected: Expectation,
): Promise<AccessToken> {
  const read = readAccessToken(token);
  await verifyTokenSignature(read.unverified, read.claims, { get: () => ({ authorities: expected.keys }) });
  for (const check of checks) check(read, expected);
  return read.accessToken;
}

/** Whether the sender has proved all that the token is bound to; a bearer token is bound to nothing. */
export function provesConfirmation(confirmation: AccessToken['confirmation'], sender: ProvedSender): boolean {
  if (confirmation === null) return true;
  const { jkt = sender.keyThumbprint, 'x5t#S256': x5t = sender.certificateThumbprint } = confirmation;
  return jkt === sender.keyThumbprint && x5t === sender.certificateThumbprint;
}
