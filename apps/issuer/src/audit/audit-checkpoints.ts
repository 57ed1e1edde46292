import type { KeyObject } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { type Head, type SignedCheckpoint, signCheckpoint } from '@blastradius/audit';
import type { Clock } from '@blastradius/kernel';
import type { AuditStore } from './audit-store.ts';

interface CheckpointsOptions {
  readonly log: { readonly source: string; readonly durableHead: Head; durable(): Promise<void> };
  /** Beside the log; the database has them, too, where whoever can write the log may not reach. */
  readonly file: string;
  readonly store: AuditStore;
  readonly key: KeyObject;
  readonly clock: Clock;
  /** One at least so often, where something was written. */
  readonly everySeconds: number;
  readonly everyRecords: number;
}

/** Pins the log down from time to time, outside of it. */
export class AuditCheckpoints {
  readonly #options: CheckpointsOptions;
  #last = { sequence: 0, atMs: 0 };
  /** Written beside the log and not yet in the database, which may be away. */
  #unstored: SignedCheckpoint[] = [];

  constructor(options: CheckpointsOptions) {
    this.#options = options;
  }

  /** Signs where it is due, and stores what waits for the database. */
  async writeDue(): Promise<void> {
    const { log, clock, everySeconds, everyRecords } = this.#options;
    const records = log.durableHead.sequence - this.#last.sequence;
    const elapsedMs = clock.now().getTime() - this.#last.atMs;
    // A clock that was set back must not put off the next one.
    const isTime = elapsedMs < 0 || elapsedMs >= everySeconds * 1000;
    if (records > 0 && (isTime || records >= everyRecords)) await this.write();
    else await this.#store();
  }

  /** Signs where the log stands on the disk now. */
  async write(): Promise<void> {
    const { log, clock, key } = this.#options;
    await log.durable();
    const { sequence, hash } = log.durableHead;
    const atMs = clock.now().getTime();
    if (sequence > this.#last.sequence) {
      const signed = signCheckpoint({ log: log.source, atMs, sequence, hash }, key);
      this.#unstored.push(signed);
      await this.#writeBeside(signed);
      this.#last = { sequence, atMs };
    }
    await this.#store();
  }

  async #writeBeside(signed: SignedCheckpoint): Promise<void> {
    let file: FileHandle | undefined;
    try {
      file = await open(this.#options.file, 'a', 0o600);
      await file.appendFile(`${JSON.stringify(signed)}\n`);
      await file.datasync();
    } finally {
      await file?.close();
    }
  }

  async #store(): Promise<void> {
    for (let next = this.#unstored[0]; next !== undefined; next = this.#unstored[0]) {
      await this.#options.store.addCheckpoint(next);
      this.#unstored.shift();
    }
  }
}
