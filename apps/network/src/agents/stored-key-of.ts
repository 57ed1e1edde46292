import type { Arm } from '@blastradius/contracts';
import { keptHashed, keptPlain, type StoredKey } from '@blastradius/credentials';

/** What this arm's network keeps of its agents' keys. */
export function storedKeyOf(arm: Arm): StoredKey {
  return arm === 'hashed-key' ? keptHashed : keptPlain;
}
