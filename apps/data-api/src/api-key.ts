import { createHash, timingSafeEqual } from 'node:crypto';

export type Role = 'anon' | 'service_role';

export interface ApiKeys {
  readonly publishableKey: string;
  readonly secretKey: string;
}

/**
 * Which database role a key stands for, as Supabase's gateway decides it; null for an unknown
 * key. Compared by hash and in constant time, so that timing tells nothing of the secret key.
 */
export function roleOf(apiKey: string | undefined, keys: ApiKeys): Role | null {
  if (apiKey === undefined) return null;
  const isPublishable = isSame(apiKey, keys.publishableKey);
  const isSecret = isSame(apiKey, keys.secretKey);
  if (isSecret) return 'service_role';
  return isPublishable ? 'anon' : null;
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
