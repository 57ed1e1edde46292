import type { BoundAccessToken, BoundToken } from '@blastradius/credentials';
import type { X509Svid } from '@blastradius/spiffe';
import type { Backup } from './careless-backup.ts';
import type { LootRow } from './loot.ts';

/** One way of claiming to be a victim. */
export type Way =
  | { readonly presented: 'static-key'; readonly apiKey: string }
  | { readonly presented: 'scoped-keys'; readonly apiKey: string; readonly writeKey: string }
  | { readonly presented: 'key-hash'; readonly keyHash: string }
  | {
      readonly presented: 'spiffe-id-as-name';
      readonly header: 'authorization' | 'x-spiffe-id' | 'x-forwarded-client-cert';
      readonly spiffeId: string;
    }
  | { readonly presented: 'rogue-ca-certificate'; readonly spiffeId: string }
  | { readonly presented: 'rogue-signed-token'; readonly spiffeId: string }
  | { readonly presented: 'rogue-access-token'; readonly spiffeId: string }
  | { readonly presented: 'expired-svid'; readonly svid: X509Svid }
  | { readonly presented: 'jwt-svid-from-backup'; readonly token: string }
  | { readonly presented: 'wit-svid-from-backup'; readonly svid: BoundToken }
  | { readonly presented: 'access-token-from-backup'; readonly token: BoundAccessToken }
  | { readonly presented: 'nothing' };

/**
 * What a thief can try for this victim, decided by nothing but what it holds: a secret is simply
 * used; where there is only a name, everything is tried in turn that might make a door believe it.
 */
export function waysToPresent(victim: LootRow, backup: Backup | undefined): Way[] {
  const { apiKey, writeKey, keyHash, spiffeId } = victim;
  if (apiKey !== undefined && writeKey !== undefined) {
    return [{ presented: 'scoped-keys', apiKey, writeKey }];
  }
  if (apiKey !== undefined) return [{ presented: 'static-key', apiKey }];
  // Where a server compares what it is shown with what it keeps, the hash is the key.
  if (keyHash !== undefined) return [{ presented: 'key-hash', keyHash }, { presented: 'nothing' }];
  if (spiffeId === undefined) return [{ presented: 'nothing' }];
  const isTheirs = backup?.spiffeId.toString() === spiffeId;
  return [
    { presented: 'rogue-ca-certificate', spiffeId },
    { presented: 'spiffe-id-as-name', header: 'authorization', spiffeId },
    ...(backup && isTheirs ? [wayOfBackup(backup)] : []),
    { presented: 'nothing' },
    { presented: 'rogue-signed-token', spiffeId },
    { presented: 'rogue-access-token', spiffeId },
    { presented: 'spiffe-id-as-name', header: 'x-spiffe-id', spiffeId },
    { presented: 'spiffe-id-as-name', header: 'x-forwarded-client-cert', spiffeId },
  ];
}

/** What was in the backup, shown as its owner shows it. */
export function wayOfBackup(backup: Backup): Way {
  switch (backup.kind) {
    case 'x509-svid':
      return { presented: 'expired-svid', svid: backup.svid };
    case 'jwt-svid':
      return { presented: 'jwt-svid-from-backup', token: backup.token };
    case 'wit-svid':
      return { presented: 'wit-svid-from-backup', svid: backup.svid };
    case 'access-token':
      return { presented: 'access-token-from-backup', token: backup.token };
  }
}
