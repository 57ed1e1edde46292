import type { Signer } from '../authority/signer.ts';
import { contextConstructed, positiveInteger, sequence, time } from '../der/encode.ts';
import type { SubjectNames } from '../der/general-names.ts';
import { ecdsaWithSha256 } from '../der/oids.ts';
import { leafExtensions } from './leaf-extensions.ts';

/** What differs from one leaf to the next. */
export interface LeafFields {
  /** 16 bytes, the first neither zero nor above 0x7f. */
  readonly serial: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly publicKeySpki: Uint8Array;
  readonly names: SubjectNames;
}

const version3 = contextConstructed(0, positiveInteger(Buffer.from([2])));
const emptyName = sequence();

/** The TBSCertificate of the X509-SVID profile (X509-SVID, section 4; RFC 5280, section 4.1), field by field. */
export function encodeLeaf(signer: Signer, fields: LeafFields): Buffer {
  const { serial, notBefore, notAfter, publicKeySpki, names } = fields;
  return sequence(
    version3,
    positiveInteger(serial),
    ecdsaWithSha256,
    signer.name,
    sequence(time(notBefore), time(notAfter)),
    emptyName,
    publicKeySpki,
    contextConstructed(3, leafExtensions(names, publicKeySpki, signer.keyId)),
  );
}
