import { type DerElement, DerMalformed } from './read.ts';

const tag = { boolean: 0x01, integer: 0x02, bitString: 0x03 };

/** A BOOLEAN of DER: all bits, or none (X.690, section 11.1). */
export function readBoolean({ identifier, content }: DerElement): boolean {
  const [byte] = content;
  if (identifier !== tag.boolean || content.length !== 1 || (byte !== 0x00 && byte !== 0xff)) {
    throw new DerMalformed('not a boolean');
  }
  return byte === 0xff;
}

/** The bytes of an INTEGER of the shortest form that is not negative. */
export function readUnsigned({ identifier, content }: DerElement): Buffer {
  const [first, second] = content;
  const isLonger = first === 0 && second !== undefined && second < 0x80;
  if (identifier !== tag.integer || first === undefined || first >= 0x80 || isLonger) {
    throw new DerMalformed('not an unsigned integer');
  }
  return content;
}

/** The bytes of a BIT STRING, whose spare bits are zero (X.690, section 11.2). */
export function readBits({ identifier, content }: DerElement): Buffer {
  const [spare = 8, ...bytes] = content;
  const last = bytes.at(-1);
  const hasSpareBits = last === undefined ? spare > 0 : (last & ((1 << spare) - 1)) !== 0;
  if (identifier !== tag.bitString || spare > 7 || hasSpareBits) throw new DerMalformed('not a bit string');
  return content.subarray(1);
}

/** Whether an OBJECT IDENTIFIER's components are of the shortest form and a size that all can hold. */
export function isObjectIdentifier({ identifier, content }: DerElement): boolean {
  const components = content.toString('hex').match(/(?:[89a-f].)*[0-7]./gy) ?? [];
  return (
    identifier === 0x06 &&
    components.length > 0 &&
    components.join('').length === content.length * 2 &&
    components.every((component) => component.length <= 8 && !component.startsWith('80'))
  );
}
