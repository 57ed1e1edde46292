import { DerMalformed } from '../der/read.ts';
import { splitCertificates } from '../der/split-certificates.ts';
import { certificatesFromPem } from '../pem/pem.ts';
import { parseTrustDomain } from '../spiffe-id/trust-domain.ts';
import { BundleCertificateInvalid } from './bundle.errors.ts';
import { BundleSet } from './bundle-set.ts';
import { checkAuthorityCertificate } from './certificate-of-authority.ts';

/** The authorities of one trust domain (SPIFFE Trust Domain and Bundle, section 4). */
export interface X509Bundle {
  readonly trustDomain: string;
  /** DER certificates. Never changed in place: a new content is a new bundle. */
  readonly authorities: readonly Uint8Array[];
}

export class X509BundleSet extends BundleSet<X509Bundle> {}

/**
 * A bundle of PEM certificates; an empty text is a bundle that trusts nobody. Throws PemInvalid,
 * BundleInvalid or SpiffeIdInvalid.
 */
export function parseX509BundlePem(trustDomain: string, pem: string): X509Bundle {
  return x509BundleOf(trustDomain, pem === '' ? [] : certificatesFromPem(pem));
}

/**
 * A bundle of DER certificates that follow one another, as the Workload API sends it; no bytes are a
 * bundle that trusts nobody. Throws BundleInvalid or SpiffeIdInvalid.
 */
export function parseX509BundleDer(trustDomain: string, der: Uint8Array): X509Bundle {
  return x509BundleOf(trustDomain, splitOrRefuse(der));
}

function x509BundleOf(trustDomain: string, certificates: readonly Uint8Array[]): X509Bundle {
  return Object.freeze({
    trustDomain: parseTrustDomain(trustDomain),
    authorities: Object.freeze(certificates.map(checkAuthorityCertificate)),
  });
}

function splitOrRefuse(der: Uint8Array): Uint8Array[] {
  try {
    return splitCertificates(der);
  } catch (cause) {
    if (!(cause instanceof DerMalformed)) throw cause;
    throw new BundleCertificateInvalid('the bundle is no sequence of certificates', { cause });
  }
}
