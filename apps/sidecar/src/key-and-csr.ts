import type { KeyObject } from 'node:crypto';
import { createCsr, generateP256KeyPair, p256Der } from '@blastradius/pki';

export interface KeyAndCsr {
  /** Lives in memory only. */
  readonly privateKey: KeyObject;
  /** The same key: PKCS #8, DER. */
  readonly privateKeyDer: Uint8Array;
  /** PKCS #10, DER. */
  readonly csr: Uint8Array;
}

/** A fresh key, and the request to certify it for an identity. */
export async function createKeyAndCsr(spiffeId: string): Promise<KeyAndCsr> {
  const { privateKey } = await generateP256KeyPair();
  const { spki: publicKey, pkcs8: privateKeyDer } = p256Der(privateKey);
  return { privateKey, privateKeyDer, csr: createCsr({ spiffeId, publicKey, privateKey }) };
}
