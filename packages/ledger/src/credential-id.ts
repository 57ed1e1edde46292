import { createHash } from 'node:crypto';

/** How ledgers name a credential without holding it: the first 16 hex digits of its SHA-256. */
export function credentialId(credential: string | Uint8Array): string {
  return createHash('sha256').update(credential).digest('hex').slice(0, 16);
}
