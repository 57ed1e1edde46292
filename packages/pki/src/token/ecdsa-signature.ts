import { positiveInteger, sequence } from '../der/encode.ts';

/** Bytes of each of the two numbers of a signature on P-256. */
const numberBytes = 32;

/**
 * The signature as JOSE has it, two numbers side by side (RFC 7518, section 3.4), from the DER that OpenSSL makes.
 * Node can do it too, but takes longer for that than for the signature: it looks up the key's curve each time.
 */
export function joseSignature(der: Buffer): Buffer {
  const jose = Buffer.alloc(numberBytes * 2);
  let offset = 2;
  for (const end of [numberBytes, numberBytes * 2]) {
    const length = der[offset + 1] ?? 0;
    const next = offset + 2 + length;
    // A byte of zero stands before a number whose first bit is set.
    const number = der.subarray(Math.max(offset + 2, next - numberBytes), next);
    jose.set(number, end - number.length);
    offset = next;
  }
  return jose;
}

/** The other way, for the check. Bytes of another length than 64 make what verifies as nothing. */
export function derSignature(jose: Buffer): Buffer {
  return sequence(
    positiveInteger(jose.subarray(0, numberBytes)),
    positiveInteger(jose.subarray(numberBytes)),
  );
}
