import { type KeyObject, sign } from 'node:crypto';
import { bitString, sequence } from '../der/encode.ts';
import { ecdsaWithSha256 } from '../der/oids.ts';
import { encodeRequestInfo } from './request-info.ts';

export interface CsrRequest {
  readonly spiffeId: string;
  /** Or its SubjectPublicKeyInfo in DER, where that is known already. */
  readonly publicKey: KeyObject | Uint8Array;
  readonly privateKey: KeyObject;
}

/**
 * A PKCS#10 request (RFC 2986) in DER that asks for one SPIFFE ID and proves possession of the
 * key. Encoded by hand: a sidecar makes hundreds a second.
 */
export function createCsr({ spiffeId, publicKey, privateKey }: CsrRequest): Uint8Array {
  const spki =
    publicKey instanceof Uint8Array ? publicKey : publicKey.export({ type: 'spki', format: 'der' });
  const info = encodeRequestInfo(spiffeId, spki);
  return sequence(info, ecdsaWithSha256, bitString(sign('sha256', info, privateKey)));
}
