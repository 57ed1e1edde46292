import type { KeyObject } from 'node:crypto';
import type { SpiffeId } from '../spiffe-id/spiffe-id.ts';
import { parseCertificate } from './certificate.ts';
import { checkLeafProfile } from './leaf-profile.ts';
import { isSigningCertificate } from './signing-certificate.ts';
import { SvidKeyMismatch, SvidMalformed, SvidSigningCertificateInvalid } from './x509-svid.errors.ts';

/** An identity and the key that proves it. */
export interface X509Svid {
  readonly spiffeId: SpiffeId;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: KeyObject;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** Hex in lower case, as all of the project's records write it. */
  readonly serial: string;
  readonly hint?: string;
}

export interface X509SvidParts {
  readonly certificates: readonly Uint8Array[];
  readonly privateKey: KeyObject;
  readonly hint?: string;
}

/** Reads a chain and its key; each profile is checked, the path to an authority is not. Throws `svid.*`. */
export function createX509Svid({ certificates, privateKey, hint }: X509SvidParts): X509Svid {
  const [leaf, ...signing] = certificates.map(parseCertificate);
  if (leaf === undefined) throw new SvidMalformed('the chain is empty');
  const spiffeId = checkLeafProfile(leaf);
  if (!signing.every(isSigningCertificate)) {
    throw new SvidSigningCertificateInvalid('a certificate of the chain may not sign others');
  }
  if (!leaf.x509.checkPrivateKey(privateKey)) throw new SvidKeyMismatch('the key is not the leaf’s');
  return Object.freeze({
    spiffeId,
    certificates: Object.freeze([...certificates]),
    privateKey,
    notBefore: leaf.x509.validFromDate,
    notAfter: leaf.x509.validToDate,
    serial: leaf.x509.serialNumber.toLowerCase(),
    ...(hint === undefined ? {} : { hint }),
  });
}
