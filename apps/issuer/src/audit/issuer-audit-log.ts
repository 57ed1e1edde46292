import { randomUUID } from 'node:crypto';
import { existsSync, renameSync } from 'node:fs';
import { claimOf, type Head, openLogFile, readLogLines, SealedLog } from '@blastradius/audit';
import { type IssuerRecord, issuerEventOf } from '@blastradius/ledger';
import type { IssuerLog } from './issuer-log.ts';
import { lockFile } from './lock-file.ts';

/** The issuer's own chain: an event a line, the chain's attributes behind it. */
export class IssuerAuditLog implements IssuerLog {
  readonly #log: SealedLog;
  /** The `source` of its events: `spiffe://<trust domain>/issuer#<the log's own id>`. */
  readonly source: string;
  #isSyncDue = false;

  constructor(log: SealedLog, source: string) {
    this.#log = log;
    this.source = source;
  }

  appendAll(records: readonly IssuerRecord[]): void {
    const { source } = this;
    this.#log.appendAll(
      records.map((record) => JSON.stringify(issuerEventOf(record, { id: randomUUID(), source }))),
    );
    this.#syncSoon();
  }

  /** Resolves when everything written so far is on the disk; rejects with `AuditLogUnwritable`. */
  durable(): Promise<void> {
    return this.#log.durable();
  }

  get durableHead(): Head {
    return this.#log.durableHead;
  }

  isWritable(): boolean {
    return this.#log.isWritable();
  }

  close(): void {
    this.#log.close();
  }

  /** What no answer waits for, such as a rotation by the schedule, reaches the disk as soon. */
  #syncSoon(): void {
    if (this.#isSyncDue) return;
    this.#isSyncDue = true;
    setImmediate(() => {
      this.#isSyncDue = false;
      // Whoever waits for it is told; the next write finds out, too.
      this.durable().catch(() => {});
    });
  }
}

/** Opens the log of one issuer, and goes on with the chain that is there. Throws `AuditLogInUse`. */
export function openIssuerAuditLog(path: string, trustDomain: string): IssuerAuditLog {
  setAsideUnchained(path);
  const file = openLogFile(path);
  try {
    lockFile(file.fd, path);
    const source = sourceOf(path) ?? `spiffe://${trustDomain}/issuer#${randomUUID()}`;
    return new IssuerAuditLog(new SealedLog(file), source);
  } catch (error) {
    file.close();
    throw error;
  }
}

/** The release before wrote plain records: they stay beside the log, where readers of ledgers find them. */
function setAsideUnchained(path: string): void {
  if (!existsSync(path)) return;
  const first = readLogLines(path).next().value;
  if (first?.isWhole !== true || claimOf(first.bytes) !== null) return;
  renameSync(path, path.replace(/(\.jsonl)?$/, '-unchained$1'));
}

function sourceOf(path: string): string | undefined {
  const first = readLogLines(path).next().value;
  if (first?.isWhole !== true) return undefined;
  const { source } = JSON.parse(first.bytes.toString('utf8')) as { source?: unknown };
  return typeof source === 'string' ? source : undefined;
}
