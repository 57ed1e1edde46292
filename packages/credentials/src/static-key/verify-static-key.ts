import { createHash, timingSafeEqual } from 'node:crypto';

/** `moltbook_sk_` and 24 random bytes in base64url. */
const shape = /^moltbook_sk_[A-Za-z0-9_-]{32}$/;

export type BearerKey =
  | { readonly kind: 'missing' }
  /** A bearer token that no key of ours can be; `token` is for naming it in the audit. */
  | { readonly kind: 'malformed'; readonly token: string }
  | { readonly kind: 'key'; readonly key: string };

/** The token of an `Authorization` header of scheme Bearer (RFC 6750, section 2.1). */
export function bearerTokenIn(authorization: string | undefined): string | undefined {
  return /^Bearer +([^\s]+) *$/i.exec(authorization ?? '')?.[1];
}

/** Reads a static key from an `Authorization` header (RFC 6750, section 2.1). */
export function bearerKeyIn(authorization: string | undefined): BearerKey {
  const token = bearerTokenIn(authorization);
  if (token === undefined) return { kind: 'missing' };
  return shape.test(token) ? { kind: 'key', key: token } : { kind: 'malformed', token };
}

/** Compares in constant time; over hashes, so that not even a length shows. */
export function isSameStaticKey(presented: string, stored: string): boolean {
  return timingSafeEqual(sha256(presented), sha256(stored));
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
