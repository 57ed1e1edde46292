import { sign } from 'node:crypto';
import type { TokenAuthority } from '../token-authority/token-authority.ts';
import { joseSignature } from './ecdsa-signature.ts';

/** JWT-SVID, section 2.3, and WIT-SVID: what the token says that it is. */
export type TokenType = 'JWT' | 'wit+jwt';

/** One key signs one type of token, so that one header is kept for it. */
const headers = new WeakMap<TokenAuthority, { readonly type: TokenType; readonly encoded: string }>();

/** A JWS in compact serialization (RFC 7515, section 7.1), ES256; the claims in the order they are given in. */
export function signToken(authority: TokenAuthority, type: TokenType, claims: object): string {
  const signingInput = `${encodedHeader(authority, type)}.${base64url(JSON.stringify(claims))}`;
  const signature = sign('sha256', Buffer.from(signingInput), authority.privateKey);
  return `${signingInput}.${joseSignature(signature).toString('base64url')}`;
}

function encodedHeader(authority: TokenAuthority, type: TokenType): string {
  const known = headers.get(authority);
  if (known?.type === type) return known.encoded;
  // JWT-SVID, section 2: alg, kid and typ, and nothing else.
  const encoded = base64url(JSON.stringify({ alg: 'ES256', kid: authority.keyId, typ: type }));
  headers.set(authority, { type, encoded });
  return encoded;
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
