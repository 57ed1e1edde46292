import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** A fresh ECDSA key pair on P-256, made in the thread pool. */
export function generateP256KeyPair(): Promise<KeyPair> {
  return promisify(generateKeyPair)('ec', { namedCurve: 'P-256' });
}

/** SubjectPublicKeyInfo of every P-256 key up to its point (RFC 5480): named curve, uncompressed. */
const spkiPrefix = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
/** How long each of them is. */
export const p256SpkiBytes = spkiPrefix.length + 64;

export function isP256Spki(spki: Uint8Array): boolean {
  return spki.length === p256SpkiBytes && spkiPrefix.compare(spki, 0, spkiPrefix.length) === 0;
}

/** The public point: what a key identifier is the hash of (RFC 5280, section 4.2.1.2). */
export function p256Point(spki: Uint8Array): Uint8Array {
  return spki.subarray(spkiPrefix.length - 1);
}

export function spkiOfP256Point(point: Uint8Array): Uint8Array {
  return Buffer.concat([spkiPrefix.subarray(0, -1), point]);
}
