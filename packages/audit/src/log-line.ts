import { isIntact, type Link, parseLine } from './chain.ts';
import { isSealed, readSealedLink } from './sealed-line.ts';

/**
 * What a line of a log of either kind says of its place; null where it is no record. A kind is told by
 * its line, and never by its neighbours: each chains in its own way.
 */
export function claimOf(line: Buffer): Link | null {
  return readSealedLink(line) ?? parseLine(line.toString('utf8'));
}

/** The place of a line whose hash fits what it says; else null. */
export function linkOf(line: Buffer): Link | null {
  const sealed = readSealedLink(line);
  if (sealed !== null) return isSealed(line, sealed) ? sealed : null;
  const record = parseLine(line.toString('utf8'));
  return record !== null && isIntact(record) ? record : null;
}

/** When a record was written, by its own word: `time` of an event, `atMs` of a record. */
export function timeOf(line: Buffer): string | null {
  try {
    const { time, atMs } = JSON.parse(line.toString('utf8')) as { time?: unknown; atMs?: unknown };
    if (typeof time === 'string') return time;
    return typeof atMs === 'number' ? new Date(atMs).toISOString() : null;
  } catch {
    return null;
  }
}
