import { createPublicKey, type KeyObject } from 'node:crypto';
import { tokenKeyId } from '@blastradius/pki';
import type { StoredAuthority } from '../authority/authority-store.ts';

/** The public keys of a key set that signs tokens, by kid. */
export function tokenAuthoritiesOf(keySet: readonly StoredAuthority[]): ReadonlyMap<string, KeyObject> {
  return new Map(
    keySet.map(({ published }) => [
      tokenKeyId(published),
      createPublicKey({ key: Buffer.from(published), type: 'spki', format: 'der' }),
    ]),
  );
}
