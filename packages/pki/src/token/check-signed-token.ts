import { verify } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { TokenAuthority } from '../token-authority/token-authority.ts';
import type { TokenType } from './sign-token.ts';
import { MintedTokenWrong } from './token.errors.ts';

/**
 * Reads back what was signed: the published key must verify it, and the header must be the profile's.
 * Returns the claims. Throws `mint.wrong-token`, which holds the token back.
 */
export function checkSignedToken(
  token: string,
  type: TokenType,
  authority: TokenAuthority,
): Record<string, unknown> {
  const [header = '', payload = '', signature = '', ...more] = token.split('.');
  const key = { key: authority.publicKey, dsaEncoding: 'ieee-p1363' as const };
  const signed = Buffer.from(`${header}.${payload}`);
  if (more.length > 0 || !verify('sha256', signed, key, Buffer.from(signature, 'base64url'))) {
    throw new MintedTokenWrong('the minted token has the wrong signature');
  }
  if (!isDeepStrictEqual(read(header), { alg: 'ES256', kid: authority.keyId, typ: type })) {
    throw new MintedTokenWrong('the minted token has the wrong header');
  }
  return read(payload);
}

/** Throws where one of these does not hold. */
export function requireAll(
  checks: readonly (readonly [what: string, holds: boolean])[],
  spiffeId: string,
): void {
  const wrong = checks.find(([, holds]) => !holds)?.[0];
  if (wrong === undefined) return;
  throw new MintedTokenWrong(`the minted token has the wrong ${wrong}`, { context: { spiffeId } });
}

function read(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
