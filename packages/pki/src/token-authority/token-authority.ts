import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { generateP256KeyPair } from '../key-pair/p256.ts';

/** A key by which a trust domain signs tokens, JWT-SVIDs, WIT-SVIDs or access tokens, by ES256. */
export interface TokenAuthority {
  /** The `kid`: hex in lower case, made of the public key, so that no two keys of a bundle share one. */
  readonly keyId: string;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
  /** No token that it signs outlives it: from then on its key may leave the bundle. */
  readonly notAfter: Date;
}

export async function createTokenAuthority(notAfter: Date): Promise<TokenAuthority> {
  const { publicKey, privateKey } = await generateP256KeyPair();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { keyId: tokenKeyId(spki), publicKey, privateKey, notAfter };
}

/** The authority of a private key that was kept, with what was published of it. */
export function openTokenAuthority(
  publicKeySpki: Uint8Array,
  privateKey: KeyObject,
  notAfter: Date,
): TokenAuthority {
  const publicKey = createPublicKey({ key: Buffer.from(publicKeySpki), type: 'spki', format: 'der' });
  return { keyId: tokenKeyId(publicKeySpki), publicKey, privateKey, notAfter };
}

/** The `kid` of a public key (SubjectPublicKeyInfo, DER): half of its SHA-256. */
export function tokenKeyId(publicKeySpki: Uint8Array): string {
  return createHash('sha256').update(publicKeySpki).digest('hex').slice(0, 32);
}
