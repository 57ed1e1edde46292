import type { Arm } from '@blastradius/contracts';
import { keptHashed, keptPlain, type StoredKey } from '@blastradius/credentials';

/** What this arm's network keeps of its agents' keys; with a vault the keys themselves are there alone. */
export function storedKeyOf(arm: Arm): StoredKey {
  return arm === 'hashed-key' || arm === 'vaulted-key' ? keptHashed : keptPlain;
}
