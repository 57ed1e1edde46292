import type { KeyObject } from 'node:crypto';
import { createCsr, generateP256KeyPair } from '@blastradius/pki';

export interface KeyAndCsr {
  /** Lives in memory only. */
  readonly privateKey: KeyObject;
  /** PKCS #10, DER. */
  readonly csr: Uint8Array;
}

/** A fresh key, and the request to certify it for an identity. */
export async function createKeyAndCsr(spiffeId: string): Promise<KeyAndCsr> {
  const { publicKey, privateKey } = await generateP256KeyPair();
  return { privateKey, csr: createCsr({ spiffeId, publicKey, privateKey }) };
}
