import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Authority } from './create-authority.ts';

/** What minting needs of an authority, read from its certificate once. */
export interface Signer {
  /** The subject, DER: the issuer of all that it signs. */
  readonly name: Buffer;
  readonly keyId: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly certificate: X509Certificate;
}

const signers = new WeakMap<Authority, Signer>();

export function signerOf(authority: Authority): Signer {
  const known = signers.get(authority);
  if (known !== undefined) return known;
  const der = new Uint8Array(authority.certificate);
  const parsed = new x509.X509Certificate(der);
  const keyId = parsed.getExtension(x509.SubjectKeyIdentifierExtension)?.keyId;
  if (keyId === undefined) throw new TypeError('the authority has no subject key identifier');
  const signer = {
    name: Buffer.from(parsed.subjectName.toArrayBuffer()),
    keyId: Buffer.from(keyId, 'hex'),
    notBefore: parsed.notBefore,
    notAfter: parsed.notAfter,
    certificate: new X509Certificate(der),
  };
  signers.set(authority, signer);
  return signer;
}
