import { createHash } from 'node:crypto';
import { booleanTrue, contextPrimitive, octetString, sequence } from '../der/encode.ts';
import { encodeGeneralNames, type SubjectNames } from '../der/general-names.ts';
import {
  authorityKeyIdentifier,
  basicConstraints,
  clientAuth,
  extendedKeyUsage,
  keyUsage,
  serverAuth,
  subjectAlternativeName,
  subjectKeyIdentifier,
} from '../der/oids.ts';
import { p256Point } from '../key-pair/p256.ts';

const critical = (type: Buffer, value: Buffer) => sequence(type, booleanTrue, octetString(value));
const plain = (type: Buffer, value: Buffer) => sequence(type, octetString(value));

/** BIT STRING with the first bit alone: digitalSignature. */
export const digitalSignatureOnly = Buffer.from([0x03, 0x02, 0x07, 0x80]);

/** The part of the profile that is the same in every leaf (X509-SVID, section 4). */
const fixed = Buffer.concat([
  critical(basicConstraints, sequence()),
  critical(keyUsage, digitalSignatureOnly),
  plain(extendedKeyUsage, sequence(serverAuth, clientAuth)),
]);

export function leafExtensions(names: SubjectNames, publicKeySpki: Uint8Array, signerKeyId: Buffer): Buffer {
  const keyId = createHash('sha1').update(p256Point(publicKeySpki)).digest();
  return sequence(
    fixed,
    plain(subjectKeyIdentifier, octetString(keyId)),
    plain(authorityKeyIdentifier, sequence(contextPrimitive(0, signerKeyId))),
    // Critical, because the subject is empty (RFC 5280, section 4.2.1.6).
    critical(subjectAlternativeName, encodeGeneralNames(names)),
  );
}
