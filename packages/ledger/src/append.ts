import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import type { LedgerRecord } from './records.ts';

export interface LedgerWriter<R extends LedgerRecord> {
  append(record: R): void;
  close(): void;
}

/**
 * Opens a JSON Lines ledger for appending. Each record is written before `append` returns, so
 * that a process killed the next instant has lost nothing it had said. A folder that isn't there is made.
 */
export function openLedger<R extends LedgerRecord>(file: string): LedgerWriter<R> {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const fd = openSync(file, 'a', 0o600);
  return {
    append: (record) => void writeSync(fd, `${JSON.stringify(record)}\n`),
    close: () => closeSync(fd),
  };
}
