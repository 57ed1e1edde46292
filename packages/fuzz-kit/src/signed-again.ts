import { type KeyObject, sign } from 'node:crypto';
import { derLength } from './der-length.ts';

/**
 * A certificate or a request, DER, that was changed and is signed again (ECDSA with SHA-256), so that it is
 * the parser which has to refuse; unchanged where its outermost parts can't be told apart any more.
 */
export function signedAgain(changed: Uint8Array, key: KeyObject): Uint8Array {
  const outer = elementAt(changed, 0);
  const toBeSigned = outer && elementAt(changed, outer.start);
  const algorithm = toBeSigned && elementAt(changed, toBeSigned.end);
  if (toBeSigned === undefined || algorithm === undefined) return changed;
  const signature = sign('sha256', changed.subarray(outer?.start, toBeSigned.end), key);
  const bits = Buffer.concat([Buffer.from([0x03, signature.length + 1, 0]), signature]);
  const body = Buffer.concat([changed.subarray(outer?.start, algorithm.end), bits]);
  return new Uint8Array(Buffer.concat([Buffer.from([0x30]), derLength(body.length), body]));
}

/** Where the content of the element begins and ends. */
function elementAt(bytes: Uint8Array, at: number): { start: number; end: number } | undefined {
  const first = bytes[at + 1] ?? 0;
  const count = first < 0x80 ? 0 : first & 0x7f;
  const start = at + 2 + count;
  if (count > 3 || start > bytes.length) return undefined;
  const length = count === 0 ? first : Buffer.from(bytes.subarray(at + 2, start)).readUIntBE(0, count);
  return start + length > bytes.length ? undefined : { start, end: start + length };
}
