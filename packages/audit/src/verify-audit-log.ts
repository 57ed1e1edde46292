import { readFileSync } from 'node:fs';
import { emptyHead, type Head, isIntact, type Link, parseLine } from './chain.ts';
import { isGenuine, type SignedCheckpoint } from './checkpoint.ts';

export type Defect = 'changed' | 'dropped' | 'reordered' | 'truncated' | 'checkpoint-forged';

export type Verdict =
  | { readonly intact: true; readonly records: number }
  | {
      readonly intact: false;
      readonly defect: Defect;
      /** The first record that is not what was written. */
      readonly sequence: number;
    };

/**
 * Finds the first record of a log that was changed, dropped, moved or cut off. Without
 * checkpoints a rewritten or shortened tail can't be seen: whoever can write the file can chain it
 * anew. A last line without its line feed was torn by a kill and is no defect.
 */
export function verifyAuditLog(file: string, checkpoints: readonly SignedCheckpoint[] = []): Verdict {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const records = lines.map(parseLine);
  return findDefect(records, checkpoints) ?? { intact: true, records: records.length };
}

function findDefect(
  records: readonly (Link | null)[],
  checkpoints: readonly SignedCheckpoint[],
): Verdict | null {
  const forged = checkpoints.find((signed) => !isGenuine(signed));
  if (forged) return { intact: false, defect: 'checkpoint-forged', sequence: forged.sequence };
  const pinned = new Map(checkpoints.map(({ sequence, hash }) => [sequence, hash]));
  let head: Head = emptyHead;
  for (const record of records) {
    const sequence = head.sequence + 1;
    const defect = defectOf(record, head, records);
    if (defect) return { intact: false, ...defect };
    head = { sequence, hash: record?.hash ?? '' };
    if (pinned.has(sequence) && pinned.get(sequence) !== head.hash) {
      return { intact: false, defect: 'changed', sequence };
    }
  }
  const last = Math.max(0, ...pinned.keys());
  return last > head.sequence ? { intact: false, defect: 'truncated', sequence: head.sequence + 1 } : null;
}

function defectOf(
  record: Link | null,
  head: Head,
  records: readonly (Link | null)[],
): { defect: Defect; sequence: number } | null {
  const sequence = head.sequence + 1;
  if (!record || !isIntact(record)) return { defect: 'changed', sequence };
  if (record.sequence !== sequence) {
    const elsewhere = records.some((other) => other?.sequence === sequence);
    return { defect: elsewhere ? 'reordered' : 'dropped', sequence };
  }
  // The record fits its own hash, but not the one before: that one was changed and hashed anew.
  if (record.previousHash !== head.hash) return { defect: 'changed', sequence: Math.max(1, head.sequence) };
  return null;
}
