import { type KeyObject, randomUUID } from 'node:crypto';
import type { KeySetKind } from '@blastradius/contracts';
import { createAuthority, createTokenAuthority } from '@blastradius/pki';
import type { AuthoritySchedule } from '../config.ts';
import { authorityLifetime } from './authority-states.ts';
import type { StoredAuthority } from './authority-store.ts';
import { wrapKey } from './key-wrapping.ts';

interface Request {
  readonly kind: KeySetKind;
  readonly trustDomain: string;
  readonly schedule: AuthoritySchedule;
  readonly keyEncryptionKey: Uint8Array;
  readonly now: Date;
}

/** Makes an authority; its key leaves this function wrapped. */
export async function createStoredAuthority(request: Request): Promise<StoredAuthority> {
  const { kind, schedule, keyEncryptionKey, now } = request;
  const id = randomUUID();
  const lifetime = authorityLifetime(now, schedule.ttlSeconds);
  const { published, privateKey } = await createKey(request, lifetime);
  return {
    id,
    kind,
    published,
    wrappedKey: wrapKey(privateKey, id, keyEncryptionKey),
    ...lifetime,
    preparedAt: now,
    activatedAt: null,
    taintedAt: null,
    hasKey: true,
  };
}

async function createKey(
  { kind, trustDomain }: Request,
  lifetime: { notBefore: Date; notAfter: Date },
): Promise<{ published: Uint8Array; privateKey: KeyObject }> {
  if (kind === 'x509') {
    const { certificate, privateKey } = await createAuthority({ trustDomain, ...lifetime });
    return { published: certificate, privateKey };
  }
  const { publicKey, privateKey } = await createTokenAuthority(lifetime.notAfter);
  return { published: publicKey.export({ type: 'spki', format: 'der' }), privateKey };
}
