import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '@blastradius/kernel';
import { issuerRecordOf } from './issuer-event/issuer-event.ts';
import { readLines } from './read-lines.ts';
import { type LedgerName, type LedgerRecord, ledgerRecord } from './records.ts';

export class LedgerUnreadable extends DomainError {
  readonly code = 'ledger.unreadable';
  readonly category = 'invalid';
}

/**
 * Reads every `*.jsonl` of a folder. The last line of a file may be torn (its writer was killed
 * in the middle of it) and is then left out; any other line that is no record is an error that
 * names file and line.
 */
export function readLedgers(folder: string): LedgerRecord[] {
  return ledgerFiles(folder).flatMap((name) => [...readLedger(join(folder, name))]);
}

/** The records of one ledger (`agents` is in `agents-*.jsonl`), one at a time, for those too many to hold. */
export function* streamLedger<N extends LedgerName>(
  folder: string,
  ledger: N,
): Generator<Extract<LedgerRecord, { ledger: N }>> {
  const isOfLedger = (record: LedgerRecord): record is Extract<LedgerRecord, { ledger: N }> =>
    record.ledger === ledger;
  for (const name of ledgerFiles(folder)) {
    if (!name.startsWith(ledger)) continue;
    for (const record of readLedger(join(folder, name))) if (isOfLedger(record)) yield record;
  }
}

function ledgerFiles(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
}

function* readLedger(file: string): Generator<LedgerRecord> {
  let number = 0;
  let unreadable: LedgerUnreadable | undefined;
  for (const line of readLines(file)) {
    // Only what is followed by another line, be it an empty one, was written to its end.
    if (unreadable) throw unreadable;
    number += 1;
    if (line === '') continue;
    const record = parseRecord(line, `${file}:${number}`);
    if (record instanceof LedgerUnreadable) unreadable = record;
    else yield record;
  }
}

function parseRecord(line: string, place: string): LedgerRecord | LedgerUnreadable {
  try {
    const value: unknown = JSON.parse(line);
    return isEvent(value) ? issuerRecordOf(value) : ledgerRecord.parse(value);
  } catch (cause) {
    return new LedgerUnreadable(`${place} is not a ledger record`, { cause });
  }
}

/** The issuer writes events around its records; those of old are plain. */
function isEvent(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'specversion' in value;
}
