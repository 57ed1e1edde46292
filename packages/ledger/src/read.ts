import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '@blastradius/kernel';
import { type LedgerRecord, ledgerRecord } from './records.ts';

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
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
  return files.flatMap((name) => readLedger(join(folder, name)));
}

function readLedger(file: string): LedgerRecord[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  const torn = lines.pop();
  if (torn) lines.push(torn);
  return lines.flatMap((line, index) => {
    if (line === '') return [];
    try {
      return [ledgerRecord.parse(JSON.parse(line))];
    } catch (cause) {
      if (line === torn) return [];
      throw new LedgerUnreadable(`${file}:${index + 1} is not a ledger record`, { cause });
    }
  });
}
