import fc from 'fast-check';

/** One change of some bytes; `at` is taken modulo their length, so that any number will do. */
interface Edit {
  readonly at: number;
  readonly kind: 'flip' | 'set' | 'insert' | 'delete' | 'repeat' | 'cut';
  readonly byte: number;
  readonly length: number;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  at: fc.nat(1 << 20),
  kind: fc.constantFrom('flip', 'set', 'set', 'insert', 'delete', 'repeat', 'cut'),
  byte: fc.oneof(fc.nat(255), fc.constantFrom(0x00, 0x7f, 0x80, 0xff, 0x2e, 0x2f, 0x22, 0x5c, 0x2c, 0x3a)),
  length: fc.integer({ min: 1, max: 24 }),
});

/** Bytes that are almost what they were. */
export function mutatedBytes(bytes: Uint8Array): fc.Arbitrary<Uint8Array> {
  return fc
    .array(edit, { minLength: 1, maxLength: 4 })
    .map((edits) => new Uint8Array(edits.reduce(applyEdit, Buffer.from(bytes))));
}

/** A text that is almost what it was; its bytes stand for its characters. */
export function mutatedText(text: string): fc.Arbitrary<string> {
  return mutatedBytes(Buffer.from(text, 'latin1')).map((bytes) => Buffer.from(bytes).toString('latin1'));
}

function applyEdit(bytes: Buffer, { at, kind, byte, length }: Edit): Buffer {
  if (bytes.length === 0) return Buffer.from([byte]);
  const offset = at % bytes.length;
  const [before, after] = [bytes.subarray(0, offset), bytes.subarray(offset)];
  switch (kind) {
    case 'flip':
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << (byte % 8))]), after.subarray(1)]);
    case 'set':
      return Buffer.concat([before, Buffer.from([byte]), after.subarray(1)]);
    case 'insert':
      return Buffer.concat([before, Buffer.alloc(length, byte), after]);
    case 'delete':
      return Buffer.concat([before, after.subarray(length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 'cut':
      return before;
  }
}
