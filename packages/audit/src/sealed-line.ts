import { hash } from 'node:crypto';
import type { Head, Link } from './chain.ts';

const sequenceDigits = 16;
/** What stands around the three values, all of which have a fixed width. */
const marks = [',"sequence":"', '","previoushash":"', '","hash":"', '"}'] as const;
/** How many bytes the chain's attributes take, and how many of them come after what is hashed. */
const closingBytes = 187;
const hashBytes = 75;
const closingBrace = 0x7d;

/**
 * A JSON object as a line of the log: the chain's three attributes come last. The hash is the
 * SHA-256 of the line as it stands without `,"hash":"..."`, byte for byte, so that nobody has to agree
 * on a canonical form, and any tool that can cut a line can check it.
 */
export function sealLine(json: string, head: Head): { readonly line: string; readonly head: Head } {
  const sequence = head.sequence + 1;
  const open = `${json.slice(0, -1)},"sequence":"${String(sequence).padStart(sequenceDigits, '0')}","previoushash":"${head.hash}"`;
  const sealed = hash('sha256', `${open}}`);
  return { line: `${open},"hash":"${sealed}"}\n`, head: { sequence, hash: sealed } };
}

/** What a line says of its place, if it is a sealed one; whether that is true, `isSealed` tells. */
export function readSealedLink(line: Buffer): Link | null {
  const closing = line.toString('latin1', line.length - closingBytes);
  const isClosing =
    closing.length === closingBytes &&
    closing.startsWith(marks[0]) &&
    closing.startsWith(marks[1], 29) &&
    closing.startsWith(marks[2], 111) &&
    closing.endsWith(marks[3]);
  const sequence = Number(closing.slice(13, 29));
  if (!isClosing || !Number.isSafeInteger(sequence)) return null;
  return { sequence, previousHash: closing.slice(47, 111), hash: closing.slice(121, 185) };
}

/** Whether the line's own hash fits its bytes. */
export function isSealed(line: Buffer, link: Link): boolean {
  const covered = Buffer.from(line.subarray(0, line.length - hashBytes + 1));
  covered[covered.length - 1] = closingBrace;
  return hash('sha256', covered) === link.hash;
}
