import { createHash } from 'node:crypto';

/** What the network keeps of a key, and looks it up by. */
export type StoredKey = (key: string) => string;

/** As Moltbook kept it: whoever reads the table can use it. */
export const keptPlain: StoredKey = (key) => key;

/**
 * The key's SHA-256, from which it can't be found again. A slow hash would add nothing: a key has 192
 * random bits, and no dictionary holds it (OWASP Password Storage is about what people choose).
 */
export const keptHashed: StoredKey = (key) =>
  `${HASH_PREFIX}${createHash('sha256').update(key).digest('hex')}`;

const HASH_PREFIX = 'sha256:';

/** Whether this is what `keptHashed` keeps, and no key. */
export function isHashOfKey(text: string): boolean {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}
