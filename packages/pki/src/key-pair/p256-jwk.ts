import { isP256Spki, p256Point } from './p256.ts';

/** A public key on P-256 as a JWK (RFC 7518, section 6.2.1). */
export interface P256Jwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

const coordinateBytes = 32;

/** The JWK of a SubjectPublicKeyInfo (DER). */
export function p256Jwk(spki: Uint8Array): P256Jwk {
  if (!isP256Spki(spki)) throw new TypeError('the key is not on P-256');
  // Behind the byte that says that the point is not compressed.
  const coordinates = Buffer.from(p256Point(spki)).subarray(1);
  return {
    kty: 'EC',
    crv: 'P-256',
    x: coordinates.subarray(0, coordinateBytes).toString('base64url'),
    y: coordinates.subarray(coordinateBytes).toString('base64url'),
  };
}
