import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonInvalid, parseJson } from './parse-json.ts';

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
        expect(parseJson(new TextEncoder().encode(text.toWellFormed()))).toEqual(
          JSON.parse(text.toWellFormed()),
        );
      }),
    );
  });

  it.each([
    ['a member that occurs twice', '{"a":1,"a":2}'],
    ['a member that occurs twice deep below', '{"x":[{"y":{"a":1,"b":0,"a":1}}]}'],
    ['a member that occurs twice under two spellings', '{"a":1,"\\u0061":2}'],
    ['a member that occurs twice with its colon far away', '{"a" \n :1, "a"\t:2}'],
    ['an open object', '{"a":1'],
    ['nothing', ''],
    ['nesting without end', '['.repeat(200_000)],
    ['nesting too deep', '['.repeat(40) + ']'.repeat(40)],
    ['an open string', '"'.repeat(99_999)],
    ['an escape that nobody knows', '{"\\x":1}'],
  ])('refuses %s', (_, text) => {
    expect(() => parseJson(text)).toThrow(JsonInvalid);
  });

  it('refuses bytes that are no UTF-8', () => {
    expect(() => parseJson(new Uint8Array([0x22, 0xff, 0x22]))).toThrow(JsonInvalid);
    expect(() => parseJson(new Uint8Array([0x22, 0xe2, 0x82]))).toThrow(JsonInvalid);
    // What was refused leaves nothing behind for what is read next.
    expect(parseJson(new Uint8Array([0x22, 0xe2, 0x82, 0xac, 0x22]))).toBe('€');
  });

  it('takes one name in two objects, and a value that looks like a member', () => {
    expect(parseJson('{"a":{"a":"\\"a\\":"},"b":["a","a",{"a":1}]}')).toEqual({
      a: { a: '"a":' },
      b: ['a', 'a', { a: 1 }],
    });
  });

  it('keeps the 64 bits of a bundle’s sequence, and leaves alone what is no integer', () => {
    expect(parseJson('{"spiffe_sequence":18446744073709551615}')).toEqual({
      spiffe_sequence: 2n ** 64n - 1n,
    });
    expect(parseJson('{"\\u0073piffe\\u005fsequence":18446744073709551615}')).toEqual({
      spiffe_sequence: 2n ** 64n - 1n,
    });
    expect(parseJson('{"spiffe_sequence":1e3}')).toEqual({ spiffe_sequence: 1000 });
    expect(parseJson('{"spiffe_sequence":"1"}')).toEqual({ spiffe_sequence: '1' });
  });
});
