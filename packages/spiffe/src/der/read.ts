import { DomainError } from '@blastradius/kernel';

export class DerMalformed extends DomainError {
  readonly code = 'der.malformed';
  readonly category = 'invalid';
}

/** One element, as views into the bytes it was read from. */
export interface DerElement {
  readonly identifier: number;
  readonly content: Buffer;
  /** Header and content. */
  readonly whole: Buffer;
}

/** Reads bytes that must be exactly one element. */
export function readElement(bytes: Uint8Array): DerElement {
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const element = elementAt(view, 0);
  if (element.whole.length !== view.length) throw new DerMalformed('bytes after the end');
  return element;
}

/** Reads the elements that follow one another inside a constructed element. */
export function readElements({ content, identifier }: DerElement): DerElement[] {
  if (!(identifier & 0x20)) throw new DerMalformed('not a constructed element');
  const elements: DerElement[] = [];
  for (let offset = 0; offset < content.length; ) {
    const element = elementAt(content, offset);
    elements.push(element);
    offset += element.whole.length;
  }
  return elements;
}

/** Reads the elements of a SEQUENCE, and of nothing else that holds elements. */
export function readSequence(element: DerElement): DerElement[] {
  if (element.identifier !== 0x30) throw new DerMalformed('not a sequence');
  return readElements(element);
}

function elementAt(bytes: Buffer, offset: number): DerElement {
  const identifier = byteAt(bytes, offset);
  if ((identifier & 0x1f) === 0x1f) throw new DerMalformed('a long tag');
  const { size, start } = readLength(bytes, offset + 1);
  const end = start + size;
  if (end > bytes.length) throw new DerMalformed('cut short');
  return { identifier, content: bytes.subarray(start, end), whole: bytes.subarray(offset, end) };
}

/** DER allows one spelling of a length (X.690, section 10.1): the shortest, and never indefinite. */
function readLength(bytes: Buffer, offset: number): { size: number; start: number } {
  const first = byteAt(bytes, offset);
  if (first < 0x80) return { size: first, start: offset + 1 };
  const count = first & 0x7f;
  if (count === 0 || count > 3) throw new DerMalformed('a length that DER does not allow');
  let size = 0;
  for (let i = 1; i <= count; i++) size = size * 256 + byteAt(bytes, offset + i);
  if (size < 0x80 || size < 256 ** (count - 1)) throw new DerMalformed('a length that is not the shortest');
  return { size, start: offset + 1 + count };
}

function byteAt(bytes: Buffer, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw new DerMalformed('cut short');
  return byte;
}
