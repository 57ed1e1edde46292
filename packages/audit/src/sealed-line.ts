import { hash } from 'node:crypto';
import type { Head, Link } from './chain.ts';

const sequenceDigits = 16;
const closing = /,"sequence":"(\d{16})","previoushash":"([0-9a-f]{64})","hash":"([0-9a-f]{64})"\}$/;
/** How many bytes `closing` takes, and how many of them come after what is hashed. */
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
  const found = closing.exec(line.toString('latin1', Math.max(0, line.length - closingBytes)));
  if (found === null) return null;
  const [, sequence = '', previousHash = '', own = ''] = found;
  return { sequence: Number(sequence), previousHash, hash: own };
}

/** Whether the line's own hash fits its bytes. */
export function isSealed(line: Buffer, link: Link): boolean {
  const covered = Buffer.from(line.subarray(0, line.length - hashBytes + 1));
  covered[covered.length - 1] = closingBrace;
  return hash('sha256', covered) === link.hash;
}
