import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { DomainError } from '@blastradius/kernel';
import type { SignatureAlgorithm } from '../token-svid/signature-algorithms.ts';
import { fromBase64url } from './base64url.ts';

/** A JWK (RFC 7517) that is no public key which we can use. */
export class JwkInvalid extends DomainError {
  readonly code = 'jwk.invalid';
  readonly category = 'invalid';
}

type Jwk = Readonly<Record<string, unknown>>;

/** Bytes of a coordinate, which are never shortened (RFC 7518, section 6.2.1.2). */
const curves: Readonly<Record<string, { kty: string; bytes: number; members: readonly string[] }>> = {
  'P-256': { kty: 'EC', bytes: 32, members: ['x', 'y'] },
  'P-384': { kty: 'EC', bytes: 48, members: ['x', 'y'] },
  'P-521': { kty: 'EC', bytes: 66, members: ['x', 'y'] },
  Ed25519: { kty: 'OKP', bytes: 32, members: ['x'] },
};
const rsaBitsMin = 1024;
/** Node's names of the curves of ES256, ES384 and ES512 (RFC 7518, section 3.4). */
const curveOfAlgorithm: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
};

/** The key of a JWK, of which only the members of a public key are read. A private key is refused. */
export function publicKeyFromJwk(jwk: Jwk): KeyObject {
  if (jwk['d'] !== undefined || jwk['k'] !== undefined) throw new JwkInvalid('the JWK holds a secret');
  const key = jwk['kty'] === 'RSA' ? rsaMembers(jwk) : curveMembers(jwk);
  try {
    return createPublicKey({ key, format: 'jwk' });
  } catch (cause) {
    throw new JwkInvalid('the JWK is no public key', { cause });
  }
}

/** Whether proofs of `algorithm` can be made and verified by this key. */
export function suitsAlgorithm(key: KeyObject, algorithm: SignatureAlgorithm): boolean {
  const { namedCurve, modulusLength = 0 } = detailsOf(key);
  const curve = curveOfAlgorithm[algorithm];
  return curve === undefined
    ? key.asymmetricKeyType === 'rsa' && modulusLength >= 2048
    : namedCurve === curve;
}

const details = new WeakMap<KeyObject, NonNullable<KeyObject['asymmetricKeyDetails']>>();

/** OpenSSL is asked once: a key never changes. */
function detailsOf(key: KeyObject): NonNullable<KeyObject['asymmetricKeyDetails']> {
  const known = details.get(key);
  if (known !== undefined) return known;
  const found = key.asymmetricKeyDetails ?? {};
  details.set(key, found);
  return found;
}

function curveMembers(jwk: Jwk): JsonWebKey {
  const { kty, crv } = jwk;
  const curve = typeof crv === 'string' && Object.hasOwn(curves, crv) ? curves[crv] : undefined;
  if (curve === undefined || curve.kty !== kty || typeof crv !== 'string') {
    throw new JwkInvalid('the JWK is of no curve that we know');
  }
  const coordinates = curve.members.map((name) => [name, encodedMember(jwk, name, curve.bytes)]);
  return { kty: curve.kty, crv, ...Object.fromEntries(coordinates) };
}

function rsaMembers(jwk: Jwk): JsonWebKey {
  const [n, e] = [encodedMember(jwk, 'n'), encodedMember(jwk, 'e')];
  const modulus = Buffer.from(n, 'base64url');
  const exponent = Buffer.from(e, 'base64url');
  const isOddAboveOne =
    exponent.length <= 4 && exponent.readUIntBE(0, exponent.length) > 1 && (exponent.at(-1) ?? 0) % 2 === 1;
  if (modulus.length * 8 < rsaBitsMin || !isOddAboveOne)
    throw new JwkInvalid('the RSA key is not a sound one');
  return { kty: 'RSA', n, e };
}

function encodedMember(jwk: Jwk, name: string, bytes?: number): string {
  const text = jwk[name];
  const decoded = typeof text === 'string' && text !== '' ? fromBase64url(text) : undefined;
  if (
    typeof text !== 'string' ||
    decoded === undefined ||
    (bytes !== undefined && decoded.length !== bytes)
  ) {
    throw new JwkInvalid(`the member ${name} of the JWK is missing or of another length`);
  }
  return text;
}
