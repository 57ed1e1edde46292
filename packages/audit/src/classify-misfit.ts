import type { Head, Link } from './chain.ts';
import { follows } from './follows.ts';
import { claimOf, linkOf } from './log-line.ts';
import { type LogLine, readLogLines } from './read-log-lines.ts';
import type { Defect, Finding } from './verdict.ts';

/** A line that is not the next record, and what comes before it. */
export interface Misfit {
  readonly file: string;
  readonly line: LogLine;
  /** Null where the line's hash does not fit. */
  readonly link: Link | null;
  /** What it says of its place, fit or not. */
  readonly claimed: Link | null;
  readonly head: Head;
  /** The one before `head`. */
  readonly before: Head;
  /** A checkpoint vouches for `head`. */
  readonly isHeadPinned: boolean;
  /** Where `head` stands. */
  readonly lineBefore: { readonly line: number; readonly offsetBytes: number };
}

const closingBrace = 0x7d;

/**
 * What happened at the first line that is not the next record, told by what comes after it. Rare, so
 * that it may read the rest of the file again.
 */
export function classifyMisfit(misfit: Misfit): Finding {
  const { line, link, head } = misfit;
  const here = { sequence: head.sequence + 1, line: line.number, offsetBytes: line.offsetBytes };
  const blamed = headBlamed(misfit);
  if (blamed !== null) return blamed;
  if (isNextStillThere(misfit)) return { defect: misplaced(misfit), ...here };
  if (link === null) return { defect: isTorn(misfit) ? 'torn' : 'changed', ...here };
  if (link.sequence > head.sequence + 1) return { defect: 'dropped', ...here };
  if (link.sequence === head.sequence + 1) return { defect: 'changed', ...here };
  const next = linkAfter(misfit);
  // An earlier record in the place of another, or behind the last one.
  if (next !== null && next.sequence > head.sequence + 1) return { defect: 'changed', ...here };
  return { defect: isKnown(misfit, link) ? 'duplicated' : 'inserted', ...here };
}

/**
 * The record before fitted its own hash and its predecessor's, and yet it may be the one that was
 * not written: what comes after it then speaks of another.
 */
function headBlamed(misfit: Misfit): Finding | null {
  const { link, head, before, isHeadPinned, lineBefore } = misfit;
  if (link === null || isHeadPinned) return null;
  const next = linkAfter(misfit);
  const place = { sequence: Math.max(1, head.sequence), ...lineBefore };
  if (link.sequence === head.sequence && link.previousHash === before.hash && link.hash !== head.hash) {
    return next?.previousHash === link.hash ? { defect: 'inserted', ...place } : null;
  }
  if (link.sequence !== head.sequence + 1 || head.sequence === 0) return null;
  if (isNextStillThere(misfit)) return null;
  // It was hashed anew; the one here still names what had been there.
  return next === null || next.previousHash === link.hash ? { defect: 'changed', ...place } : null;
}

function misplaced({ file, line, link, head }: Misfit): Defect {
  if (link === null) return line.bytes.at(-1) === closingBrace ? 'inserted' : 'torn';
  if (link.sequence > head.sequence + 1) {
    const isAgain = someLine(file, after(line), (bytes) => claimOf(bytes)?.hash === link.hash);
    return isAgain ? 'duplicated' : 'reordered';
  }
  return isKnownIn(file, link, line.number) ? 'duplicated' : 'inserted';
}

/** Whether the record that belongs here comes later in the file. */
function isNextStillThere({ file, line, head }: Misfit): boolean {
  return someLine(file, after(line), (bytes) => {
    const claim = claimOf(bytes);
    return claim !== null && follows(claim, head) && linkOf(bytes) !== null;
  });
}

function isKnown({ file, line }: Misfit, link: Link): boolean {
  return isKnownIn(file, link, line.number);
}

function isKnownIn(file: string, link: Link, beforeLine: number): boolean {
  for (const { bytes, number } of readLogLines(file)) {
    if (number >= beforeLine) return false;
    if (claimOf(bytes)?.hash === link.hash) return true;
  }
  return false;
}

function isTorn({ line, claimed }: Misfit): boolean {
  return claimed === null && line.bytes.at(-1) !== closingBrace;
}

function linkAfter({ file, line }: Misfit): Link | null {
  for (const { bytes, isWhole } of readLogLines(file, after(line))) return isWhole ? linkOf(bytes) : null;
  return null;
}

function someLine(file: string, from: ReturnType<typeof after>, holds: (bytes: Buffer) => boolean): boolean {
  for (const { bytes, isWhole } of readLogLines(file, from)) if (isWhole && holds(bytes)) return true;
  return false;
}

function after({ number, offsetBytes, bytes }: LogLine) {
  return { number: number + 1, offsetBytes: offsetBytes + bytes.length + 1 };
}
