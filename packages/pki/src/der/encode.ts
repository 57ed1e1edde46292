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
  const size = contents.reduce((sum, content) => sum + content.length, 0);
  return Buffer.concat([header(identifier, size), ...contents]);
}

function header(identifier: number, size: number): Buffer {
  if (size < 0x80) return Buffer.from([identifier, size]);
  if (size < 0x100) return Buffer.from([identifier, 0x81, size]);
  if (size < 0x10000) return Buffer.from([identifier, 0x82, size >> 8, size & 0xff]);
  return Buffer.from([identifier, 0x83, size >> 16, (size >> 8) & 0xff, size & 0xff]);
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
