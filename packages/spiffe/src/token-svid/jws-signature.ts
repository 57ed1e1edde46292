import { constants, type KeyObject, verify } from 'node:crypto';
import { fromBase64url } from '../jwk/base64url.ts';
import { suitsAlgorithm } from '../jwk/public-jwk.ts';
import type { SignatureAlgorithm } from './signature-algorithms.ts';

/** Bytes of each of the two numbers of an ECDSA signature (RFC 7518, section 3.4). */
const numberBytes: Readonly<Record<string, number>> = { ES256: 32, ES384: 48, ES512: 66 };

/**
 * Whether this key has signed a JWS in compact serialization (RFC 7515, section 5.2) by this algorithm. It says
 * nothing of header and payload. Native and at once: a JOSE library that goes through WebCrypto takes three times
 * as long as the verification itself, which a server notices that verifies for each request.
 */
export function isJwsSignedBy(key: KeyObject, algorithm: SignatureAlgorithm, jws: string): boolean {
  const end = jws.lastIndexOf('.');
  const signature = end < 0 ? undefined : fromBase64url(jws.slice(end + 1));
  if (signature === undefined || !suitsAlgorithm(key, algorithm)) return false;
  const signed = Buffer.from(jws.slice(0, end));
  const hash = `sha${algorithm.slice(2)}`;
  const bytes = numberBytes[algorithm];
  try {
    if (bytes !== undefined) {
      return signature.length === 2 * bytes && verify(hash, signed, key, derOf(signature, bytes));
    }
    // OpenSSL takes a PSS signature without its leading zeros as well (RFC 8017, section 8.1.2, step 1).
    if (signature.length * 8 !== key.asymmetricKeyDetails?.modulusLength) return false;
    if (algorithm.startsWith('RS')) return verify(hash, signed, key, signature);
    const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_DIGEST: saltLength } = constants;
    return verify(hash, signed, { key, padding, saltLength }, signature);
  } catch {
    // What OpenSSL can't make sense of is nobody's signature.
    return false;
  }
}

/** OpenSSL's form of it: Node can convert it too, but takes longer for that than for the verification (0019). */
function derOf(jose: Uint8Array, bytes: number): Buffer {
  const numbers = Buffer.concat([integer(jose.subarray(0, bytes)), integer(jose.subarray(bytes))]);
  const length = numbers.length < 0x80 ? [numbers.length] : [0x81, numbers.length];
  return Buffer.concat([Buffer.from([0x30, ...length]), numbers]);
}

/** The shortest form, with a zero before a number whose first bit is set (X.690, section 8.3). */
function integer(number: Uint8Array): Buffer {
  let start = 0;
  while (start < number.length - 1 && number[start] === 0) start += 1;
  const digits = number.subarray(start);
  const isNegative = (digits[0] ?? 0) >= 0x80;
  return Buffer.concat([
    Buffer.from([0x02, digits.length + (isNegative ? 1 : 0), ...(isNegative ? [0] : [])]),
    digits,
  ]);
}
