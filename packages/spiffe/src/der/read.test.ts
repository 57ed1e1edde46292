import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerMalformed, readElement, readElements } from './read.ts';

const read = (hex: string) => readElement(Buffer.from(hex, 'hex'));

describe('the DER reader', () => {
  it('reads elements one after another', () => {
    expect(readElements(read('3006020101040102')).map(({ content }) => content.toString('hex'))).toEqual([
      '01',
      '02',
    ]);
  });

  it.each([
    ['nothing', ''],
    ['a header without a length', '30'],
    ['content that is cut short', '300201'],
    ['bytes after the end', '30000a'],
    ['an indefinite length', '30800000'],
    ['a length of four bytes', '308400000000'],
    ['a short length in the long form', '30810101'],
    ['a long length with a leading zero', '30820080'.concat('00'.repeat(128))],
    ['a tag of more than one byte', '3f8101020000'],
  ])('refuses %s', (_, hex) => {
    expect(() => read(hex)).toThrow(DerMalformed);
  });

  it('refuses to look into an element that holds no others', () => {
    expect(() => readElements(read('020101'))).toThrow(DerMalformed);
  });

  it('never throws anything else, whatever it is given', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        try {
          readElements(readElement(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(DerMalformed);
        }
      }),
    );
  });
});
