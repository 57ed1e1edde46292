import type { SignedCheckpoint } from '@blastradius/audit';

/** The key that signs a trust domain's checkpoints, as it is stored. */
export interface StoredAuditKey {
  readonly id: string;
  /** Ed25519, SubjectPublicKeyInfo in DER. */
  readonly publicKey: Uint8Array;
  readonly wrappedKey: Uint8Array;
  readonly createdAt: Date;
}

/** What is known of the audit apart from the logs themselves. */
export abstract class AuditStore {
  /** In the order of their making. */
  abstract keys(): Promise<readonly StoredAuditKey[]>;
  /** Keeps it unless there is a key already; returns the one that is there then. */
  abstract keepFirstKey(key: StoredAuditKey): Promise<StoredAuditKey>;
  /** What was said of a record once stands: a later checkpoint of the same one changes nothing. */
  abstract addCheckpoint(checkpoint: SignedCheckpoint): Promise<void>;
  /** The newest of each log, of every log that there has ever been. */
  abstract newestCheckpoints(): Promise<readonly SignedCheckpoint[]>;
  /** The newest 10,000 of one log, the oldest of them first. */
  abstract checkpointsOf(log: string): Promise<readonly SignedCheckpoint[]>;
}
