import { parseCertificate } from '../x509-svid/certificate.ts';
import { SvidExtensionUnsupported } from '../x509-svid/x509-svid.errors.ts';
import { BundleCertificateInvalid } from './bundle.errors.ts';

/**
 * Takes a certificate into a bundle. One that we can read but, for an extension, not rely on stays in:
 * it vouches for nobody here, and it must not take the other authorities down with it.
 */
export function checkAuthorityCertificate(der: Uint8Array): Uint8Array {
  try {
    parseCertificate(der);
  } catch (cause) {
    if (cause instanceof SvidExtensionUnsupported) return der;
    throw new BundleCertificateInvalid('an authority is no certificate', { cause });
  }
  return der;
}
