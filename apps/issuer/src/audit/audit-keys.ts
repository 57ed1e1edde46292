import { createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { auditKeyId } from '@blastradius/audit';
import type { auditAdministration } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import type { z } from 'zod';
import { unwrapKey, wrapKey } from '../authority/key-wrapping.ts';
import type { AuditStore, StoredAuditKey } from './audit-store.ts';

/**
 * The trust domain's key for checkpoints: one for all its issuers, made by whichever starts first,
 * wrapped as the authorities' keys are. It signs checkpoints and nothing else.
 */
export class AuditKeys {
  readonly #store: AuditStore;
  readonly #clock: Clock;
  readonly #keyEncryptionKey: Uint8Array;

  constructor(store: AuditStore, clock: Clock, keyEncryptionKey: Uint8Array) {
    this.#store = store;
    this.#clock = clock;
    this.#keyEncryptionKey = keyEncryptionKey;
  }

  /** The key that signs now, in memory only. */
  async open(): Promise<KeyObject> {
    const [known] = await this.#store.keys();
    const { id, wrappedKey } = known ?? (await this.#store.keepFirstKey(this.#create()));
    return unwrapKey(wrappedKey, id, this.#keyEncryptionKey);
  }

  async published(): Promise<z.infer<typeof auditAdministration.auditKeysAnswer>> {
    const keys = await this.#store.keys();
    return { keys: keys.map(publishedKey) };
  }

  #create(): StoredAuditKey {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    const id = randomUUID();
    return {
      id,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }),
      wrappedKey: wrapKey(privateKey, id, this.#keyEncryptionKey),
      createdAt: this.#clock.now(),
    };
  }
}

function publishedKey({ publicKey, createdAt }: StoredAuditKey) {
  const spki = Buffer.from(publicKey);
  return {
    keyId: auditKeyId(spki.toString('base64')),
    publicKey: spki.toString('base64'),
    pem: createPublicKey({ key: spki, type: 'spki', format: 'der' })
      .export({ type: 'spki', format: 'pem' })
      .toString(),
    createdAtMs: createdAt.getTime(),
  };
}
