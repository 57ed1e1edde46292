import type { HeaderField } from './hpack-decoder.ts';

/**
 * A header block of literals that go into no table (RFC 7541, 6.2.2 and 6.2.3): longer than it could
 * be, and right whatever table the reader holds.
 */
export function encodeLiterals(fields: readonly HeaderField[]): Buffer {
  return Buffer.concat(fields.map(encodeLiteral));
}

function encodeLiteral({ name, value, isSensitive }: HeaderField): Buffer {
  const form = Buffer.from([isSensitive ? 0b0001_0000 : 0]);
  return Buffer.concat([form, ...string(name), ...string(value)]);
}

function string(text: string): Buffer[] {
  return [integer(text.length), Buffer.from(text, 'latin1')];
}

/** RFC 7541, 5.1, after seven bits of which the first says: no Huffman coding. */
function integer(value: number): Buffer {
  if (value < 127) return Buffer.from([value]);
  const octets = [127];
  let rest = value - 127;
  for (; rest >= 128; rest = Math.floor(rest / 128)) octets.push((rest % 128) + 128);
  return Buffer.from([...octets, rest]);
}
