import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { checkpoint, signCheckpoint } from '@blastradius/audit';
import type { Clock } from '@blastradius/kernel';

/**
 * Pins the audit log down from time to time, outside of it. The key lives in memory only and
 * signs for one run of this process; its public half stands in every checkpoint.
 */
export class AuditCheckpoints {
  readonly #logFile: string;
  readonly #checkpointFile: string;
  readonly #clock: Clock;
  readonly #privateKey: KeyObject = generateKeyPairSync('ed25519').privateKey;

  constructor(files: { readonly log: string; readonly checkpoints: string }, clock: Clock) {
    this.#logFile = files.log;
    this.#checkpointFile = files.checkpoints;
    this.#clock = clock;
  }

  write(): void {
    const signed = signCheckpoint(checkpoint(this.#logFile, this.#clock.now()), this.#privateKey);
    if (signed.sequence > 0)
      appendFileSync(this.#checkpointFile, `${JSON.stringify(signed)}\n`, { mode: 0o600 });
  }
}
