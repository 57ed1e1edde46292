import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

/** What a record gains when it enters the log. */
export interface Link {
  /** 1 for the first record, one more for each that follows. */
  readonly sequence: number;
  /** The hash of the record before it; 64 zeros before the first. */
  readonly previousHash: string;
  /** SHA-256 over the canonical JSON of the record with `sequence` and `previousHash`. */
  readonly hash: string;
}

export type Chained<R extends object> = R & Link;

/** Where a log stands: enough to append to it, and what a checkpoint pins down. */
export interface Head {
  readonly sequence: number;
  readonly hash: string;
}

export const emptyHead: Head = { sequence: 0, hash: '0'.repeat(64) };

export function chain<R extends object>(record: R, head: Head): Chained<R> {
  const linked = { ...record, sequence: head.sequence + 1, previousHash: head.hash };
  return { ...linked, hash: sha256(canonicalJson(linked)) };
}

/** Whether the record's own hash fits what it says. */
export function isIntact(record: Link): boolean {
  const { hash, ...linked } = record;
  return sha256(canonicalJson(linked)) === hash;
}

/** Reads one line of a log; `null` where it holds no chained record. */
export function parseLine(line: string): Link | null {
  try {
    const value: unknown = JSON.parse(line);
    return isLink(value) ? value : null;
  } catch {
    return null;
  }
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null) return false;
  const { sequence, previousHash, hash } = value as Partial<Record<keyof Link, unknown>>;
  return Number.isInteger(sequence) && typeof previousHash === 'string' && typeof hash === 'string';
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
