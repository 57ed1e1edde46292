import { Http2Malformed } from './authority-repair.errors.ts';

/** Bits of each octet's code, and last of the end of string (RFC 7541, Appendix B). The code is canonical: they say it all. */
const CODE_BITS = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28,
  28, 28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7,
  8, 15, 6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19,
  13, 14, 6, 15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13,
  28, 20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21,
  22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23,
  22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
  19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25,
  25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];
const BITS_MAX = 30;
const END_OF_STRING = 256;

const byLength = symbolsByLength();
const firstCodes = firstCodeOfEachLength();

/** Decodes a string (RFC 7541, 5.2); one octet a character. */
export function decodeHuffman(coded: Uint8Array): string {
  const octets: number[] = [];
  let code = 0;
  let bits = 0;
  for (const byte of coded) {
    for (let shift = 7; shift >= 0; shift--) {
      code = code * 2 + ((byte >> shift) & 1);
      bits += 1;
      const symbol = byLength[bits]?.[code - (firstCodes[bits] ?? 0)];
      if (symbol === END_OF_STRING || bits > BITS_MAX) throw new Http2Malformed('a Huffman code is not one');
      if (symbol === undefined) continue;
      octets.push(symbol);
      code = 0;
      bits = 0;
    }
  }
  // Padding: fewer than 8 bits, all of them ones.
  if (bits > 7 || code !== 2 ** bits - 1) throw new Http2Malformed('a Huffman string is padded wrongly');
  return Buffer.from(octets).toString('latin1');
}

function symbolsByLength(): number[][] {
  const symbols = Array.from({ length: BITS_MAX + 1 }, (): number[] => []);
  for (const [symbol, bits] of CODE_BITS.entries()) symbols[bits]?.push(symbol);
  return symbols;
}

function firstCodeOfEachLength(): number[] {
  const first = [0];
  for (let bits = 1; bits <= BITS_MAX; bits++) {
    first.push(((first[bits - 1] ?? 0) + (byLength[bits - 1]?.length ?? 0)) * 2);
  }
  return first;
}
