import { randomUUID } from 'node:crypto';
import { createAuthority } from '@blastradius/pki';
import type { AuthoritySchedule } from '../config.ts';
import { authorityLifetime } from './authority-states.ts';
import type { StoredAuthority } from './authority-store.ts';
import { wrapKey } from './key-wrapping.ts';

interface Request {
  readonly trustDomain: string;
  readonly schedule: AuthoritySchedule;
  readonly keyEncryptionKey: Uint8Array;
  readonly now: Date;
  readonly activatedAt: Date | null;
}

/** Makes an authority; its key leaves this function wrapped. */
export async function createStoredAuthority(request: Request): Promise<StoredAuthority> {
  const { trustDomain, schedule, keyEncryptionKey, now, activatedAt } = request;
  const id = randomUUID();
  const lifetime = authorityLifetime(now, schedule.ttlSeconds);
  const { certificate, privateKey } = await createAuthority({ trustDomain, ...lifetime });
  return {
    id,
    certificate,
    wrappedKey: wrapKey(privateKey, id, keyEncryptionKey),
    notAfter: lifetime.notAfter,
    preparedAt: now,
    activatedAt,
    taintedAt: null,
  };
}
