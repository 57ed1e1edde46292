import { isObjectIdentifier, readBits, readUnsigned } from '../der/primitives.ts';
import { type DerElement, DerMalformed, readElement, readSequence } from '../der/read.ts';

const rsaEncryption = '2a864886f70d010101';
const ecPublicKey = '2a8648ce3d0201';
const ed25519 = '2b6570';
/** P-256, P-384 and P-521, and the bytes of an uncompressed point of each. */
const pointBytes: Readonly<Record<string, number>> = {
  '2a8648ce3d030107': 65,
  '2b81040022': 97,
  '2b81040023': 133,
};
const nullValue = '0500';

/**
 * Checks the SubjectPublicKeyInfo of a certificate: RSA, a curve of NIST, or Ed25519, each in the one
 * encoding that all readers take (RFC 3279, section 2.3; RFC 5480, section 2; RFC 8410, section 3).
 */
export function checkPublicKeyEncoding(publicKey: DerElement): void {
  const [algorithm, bits, ...rest] = readSequence(publicKey);
  const [type, parameters, ...more] = algorithm === undefined ? [] : readSequence(algorithm);
  if (!type || !bits || rest.length > 0 || more.length > 0) throw new DerMalformed('not a public key');
  if (!isObjectIdentifier(type) || !isSound(type.content.toString('hex'), parameters, readBits(bits))) {
    throw new DerMalformed('a public key of an unknown kind or encoding');
  }
}

function isSound(type: string, parameters: DerElement | undefined, key: Buffer): boolean {
  if (type === rsaEncryption) return parameters?.whole.toString('hex') === nullValue && isRsaKey(key);
  if (type === ed25519) return parameters === undefined && key.length === 32;
  if (type !== ecPublicKey || parameters?.identifier !== 0x06) return false;
  return key[0] === 0x04 && key.length === pointBytes[parameters.content.toString('hex')];
}

/** SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
function isRsaKey(key: Buffer): boolean {
  const [modulus, exponent, ...rest] = readSequence(readElement(key));
  if (!modulus || !exponent || rest.length > 0) return false;
  return readUnsigned(modulus).some((byte) => byte > 0) && readUnsigned(exponent).length <= 5;
}
