import { AuditLogUnwritable } from './audit.errors.ts';
import type { Head } from './chain.ts';
import type { LogFile } from './log-file.ts';
import { readTail } from './log-tail.ts';
import { sealLine } from './sealed-line.ts';

/** What is written to find out whether there is room again: more than most batches. */
const probeBytes = 65_536;

/**
 * An append-only log of sealed lines, with one writer. `appendAll` returns when the kernel has the
 * records: a process killed the next instant loses none. `durable` resolves when the disk has them,
 * many in one sync: then a power loss takes none either. Nothing half-written stays: what could not
 * be written to its end is cut off again.
 */
export class SealedLog {
  readonly #file: LogFile;
  #head: Head;
  #endBytes: number;
  #durable: Head;
  #durableEndBytes: number;
  /** Written since the last sync; the kernel may forget them when a sync fails. */
  #unsynced: Buffer[] = [];
  #running: Promise<void> | null = null;
  /** What the sync that runs makes durable. */
  #covered: Head | null = null;
  #queued: Promise<void> | null = null;
  #state: 'writable' | 'torn' | 'unsynced' | 'full' = 'writable';

  /** Goes on where the file ends, and cuts off a line that a kill has torn. */
  constructor(file: LogFile) {
    const { head, endBytes } = readTail(file.fd);
    this.#file = file;
    this.#head = head;
    this.#endBytes = endBytes;
    this.#durable = head;
    this.#durableEndBytes = endBytes;
    file.cutAt(endBytes);
    // What a predecessor wrote and never synced is vouched for from now on.
    file.syncNow();
  }

  /** Where the log stands, on the disk or not yet. */
  get head(): Head {
    return this.#head;
  }

  /** Where the log stands on the disk. */
  get durableHead(): Head {
    return this.#durable;
  }

  /** Appends JSON objects, given as text, in one write. Throws `AuditLogUnwritable`, and has then written none. */
  appendAll(objects: readonly string[]): void {
    if (objects.length === 0) return;
    let head = this.#head;
    let text = '';
    for (const json of objects) {
      const sealed = sealLine(json, head);
      text += sealed.line;
      head = sealed.head;
    }
    const bytes = Buffer.from(text);
    this.#repair();
    this.#write(bytes);
    this.#unsynced.push(bytes);
    this.#endBytes += bytes.length;
    this.#head = head;
  }

  /** Resolves when everything appended so far is on the disk. Rejects with `AuditLogUnwritable`. */
  durable(): Promise<void> {
    if (this.#durable === this.#head) return Promise.resolve();
    if (this.#running === null) return this.#startSync();
    if (this.#covered === this.#head) return this.#running;
    // The sync that runs began before the last record: the next one covers it, for all who wait.
    this.#queued ??= this.#running.then(
      () => this.#startSync(),
      () => this.#startSync(),
    );
    return this.#queued;
  }

  /** False while records can't be written; finds out by itself when there is room again. */
  isWritable(): boolean {
    if (this.#state === 'writable') return true;
    try {
      this.#repair();
      this.#write(Buffer.alloc(probeBytes));
      this.#file.cutAt(this.#endBytes);
      return true;
    } catch {
      return false;
    }
  }

  close(): void {
    try {
      if (this.#durable !== this.#head) this.#file.syncNow();
    } finally {
      this.#file.close();
    }
  }

  #write(bytes: Buffer): void {
    try {
      this.#file.writeAt(bytes, this.#endBytes);
      this.#state = 'writable';
    } catch (cause) {
      this.#state = 'torn';
      this.#cutTorn();
      throw unwritable(cause);
    }
  }

  #cutTorn(): void {
    try {
      this.#file.cutAt(this.#endBytes);
      this.#state = 'full';
    } catch {
      // Still torn: cut before anything else is written.
    }
  }

  /** Brings the file back to what is known of it, after a write or a sync that failed. */
  #repair(): void {
    try {
      if (this.#state === 'torn') this.#file.cutAt(this.#endBytes);
      if (this.#state === 'unsynced') this.#writeUnsyncedAgain();
    } catch (cause) {
      throw unwritable(cause);
    }
  }

  /** A failed sync is reported once, and its pages may be dropped: what they held is written anew. */
  #writeUnsyncedAgain(): void {
    const bytes = Buffer.concat(this.#unsynced);
    this.#file.writeAt(bytes, this.#durableEndBytes);
    this.#file.cutAt(this.#endBytes);
    this.#file.syncNow();
    this.#synced(this.#head, this.#endBytes, this.#unsynced.length);
    this.#state = 'writable';
  }

  #startSync(): Promise<void> {
    this.#queued = null;
    this.#covered = this.#head;
    this.#running = this.#sync().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #sync(): Promise<void> {
    if (this.#state === 'unsynced') return this.#repair();
    const { length } = this.#unsynced;
    const [head, endBytes] = [this.#head, this.#endBytes];
    try {
      await this.#file.sync();
    } catch (cause) {
      this.#state = 'unsynced';
      throw unwritable(cause);
    }
    this.#synced(head, endBytes, length);
  }

  #synced(head: Head, endBytes: number, writes: number): void {
    this.#durable = head;
    this.#durableEndBytes = endBytes;
    this.#unsynced = this.#unsynced.slice(writes);
  }
}

function unwritable(cause: unknown): AuditLogUnwritable {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new AuditLogUnwritable(
    `the audit log can't be written (${reason}): nothing is issued until there is room`,
    { cause },
  );
}
