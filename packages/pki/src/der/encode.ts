/** The part of DER (ITU-T X.690) that certificates and requests need, written by hand for speed. */
export const tag = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

export function element(identifier: number, ...contents: readonly Uint8Array[]): Buffer {
  let size = 0;
  for (const content of contents) size += content.length;
  let at = headerBytes(size);
  const encoded = Buffer.allocUnsafe(at + size);
  writeHeader(encoded, identifier, size);
  for (const content of contents) {
    encoded.set(content, at);
    at += content.length;
  }
  return encoded;
}

function headerBytes(size: number): number {
  if (size < 0x80) return 2;
  if (size < 0x100) return 3;
  return size < 0x10000 ? 4 : 5;
}

/** The shortest form of a length (X.690, section 10.1). */
function writeHeader(encoded: Buffer, identifier: number, size: number): void {
  const sizeBytes = headerBytes(size) - 2;
  encoded[0] = identifier;
  encoded[1] = sizeBytes === 0 ? size : 0x80 | sizeBytes;
  if (sizeBytes > 0) encoded.writeUIntBE(size, 2, sizeBytes);
}

export const sequence = (...parts: readonly Uint8Array[]): Buffer => element(tag.sequence, ...parts);
export const set = (...parts: readonly Uint8Array[]): Buffer => element(tag.set, ...parts);
export const octetString = (content: Uint8Array): Buffer => element(tag.octetString, content);
export const booleanTrue = Buffer.from([tag.boolean, 1, 0xff]);

/** Context-specific and primitive, as the choices of GeneralName are: `[6] IMPLICIT IA5String`. */
export const contextPrimitive = (number: number, content: Uint8Array): Buffer =>
  element(0x80 | number, content);
/** Context-specific and constructed: `[3] EXPLICIT`. */
export const contextConstructed = (number: number, ...parts: readonly Uint8Array[]): Buffer =>
  element(0xa0 | number, ...parts);

/** A BIT STRING of whole bytes. */
export const bitString = (content: Uint8Array): Buffer => element(tag.bitString, Buffer.from([0]), content);

/** A positive INTEGER from its big-endian bytes, with the fewest bytes DER allows. */
export function positiveInteger(magnitude: Uint8Array): Buffer {
  const first = magnitude.findIndex((byte) => byte !== 0);
  const bytes = first === -1 ? Buffer.from([0]) : magnitude.subarray(first);
  const padding = (bytes[0] ?? 0) & 0x80 ? Buffer.from([0]) : Buffer.alloc(0);
  return element(tag.integer, padding, bytes);
}

export function oid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return element(tag.oid, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(arc: number): number[] {
  const bytes = [arc & 0x7f];
  for (let rest = Math.floor(arc / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift((rest & 0x7f) | 0x80);
  }
  return bytes;
}

/** UTCTime up to 2049, GeneralizedTime from 2050 on (RFC 5280, section 4.1.2.5); whole seconds. */
export function time(instant: Date): Buffer {
  const digits = instant.toISOString().replace(/[-:T]|\.\d+/g, '');
  const isUtcTime = instant.getUTCFullYear() >= 1950 && instant.getUTCFullYear() < 2050;
  return isUtcTime
    ? element(tag.utcTime, Buffer.from(digits.slice(2), 'latin1'))
    : element(tag.generalizedTime, Buffer.from(digits, 'latin1'));
}
