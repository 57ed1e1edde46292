import { verify } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { isSignatureDue } from '../check/sampled-signatures.ts';
import type { TokenAuthority } from '../token-authority/token-authority.ts';
import { derSignature } from './ecdsa-signature.ts';
import type { TokenType } from './sign-token.ts';
import { MintedTokenWrong } from './token.errors.ts';

/**
 * Reads back what was signed: the header must be the profile's, and the published key must verify the first and
 * then a sample of them. Returns the claims. Throws `mint.wrong-token`, which holds the token back.
 */
export function checkSignedToken(
  token: string,
  type: TokenType,
  authority: TokenAuthority,
): Record<string, unknown> {
  const [header = '', payload = '', , ...more] = token.split('.');
  if (more.length > 0 || (isSignatureDue(authority) && !isSigned(token, authority))) {
    throw new MintedTokenWrong('the minted token has the wrong signature');
  }
  if (!isDeepStrictEqual(read(header), { alg: 'ES256', kid: authority.keyId, typ: type })) {
    throw new MintedTokenWrong('the minted token has the wrong header');
  }
  return read(payload);
}

function isSigned(token: string, { publicKey }: TokenAuthority): boolean {
  const end = token.lastIndexOf('.');
  const signature = derSignature(Buffer.from(token.slice(end + 1), 'base64url'));
  return verify('sha256', Buffer.from(token.slice(0, end)), publicKey, signature);
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
