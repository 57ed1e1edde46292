import { type KeyObject, sign } from 'node:crypto';
import { bitString, contextConstructed, octetString, positiveInteger, sequence, set } from '../der/encode.ts';
import { encodeGeneralNames } from '../der/general-names.ts';
import { ecdsaWithSha256, extensionRequest, subjectAlternativeName } from '../der/oids.ts';

export interface CsrRequest {
  readonly spiffeId: string;
  /** Or its SubjectPublicKeyInfo in DER, where that is known already. */
  readonly publicKey: KeyObject | Uint8Array;
  readonly privateKey: KeyObject;
}

const version = positiveInteger(Buffer.from([0]));
const emptyName = sequence();

/**
 * A PKCS#10 request (RFC 2986) in DER that asks for one SPIFFE ID and proves possession of the
 * key. Encoded by hand: a sidecar makes hundreds a second.
 */
export function createCsr({ spiffeId, publicKey, privateKey }: CsrRequest): Uint8Array {
  const names = encodeGeneralNames({ uri: spiffeId });
  const extensions = sequence(sequence(subjectAlternativeName, octetString(names)));
  const info = sequence(
    version,
    emptyName,
    publicKey instanceof Uint8Array ? publicKey : publicKey.export({ type: 'spki', format: 'der' }),
    contextConstructed(0, sequence(extensionRequest, set(extensions))),
  );
  return sequence(info, ecdsaWithSha256, bitString(sign('sha256', info, privateKey)));
}
