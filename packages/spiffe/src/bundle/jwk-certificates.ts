import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import { fromBase64url } from '../jwk/base64url.ts';
import { BundleCertificateInvalid } from './bundle.errors.ts';
import { checkAuthorityCertificate } from './certificate-of-authority.ts';
import type { JsonMembers } from './jwk-set.ts';

/**
 * The certificates that stand beside a key: the first is of that very key, and a thumbprint is the
 * first one's (RFC 7517, sections 4.7 to 4.9). Copies, in DER.
 */
export function checkJwkCertificates(jwk: JsonMembers, key: KeyObject): Uint8Array[] {
  const { x5c = [] } = jwk;
  if (!Array.isArray(x5c)) throw new BundleCertificateInvalid('the x5c of a JWK is no list');
  const certificates = x5c.map((text) => checkAuthorityCertificate(fromBase64(text)));
  const [first] = certificates;
  if (first && !new X509Certificate(first).publicKey.equals(key)) {
    throw new BundleCertificateInvalid('the certificate of a JWK is of another key');
  }
  checkThumbprint(jwk['x5t'], 'sha1', first);
  checkThumbprint(jwk['x5t#S256'], 'sha256', first);
  return certificates;
}

function checkThumbprint(thumbprint: unknown, algorithm: string, certificate: Uint8Array | undefined): void {
  if (thumbprint === undefined || thumbprint === '') return;
  const expected = createHash(algorithm)
    .update(certificate ?? '')
    .digest();
  const found = typeof thumbprint === 'string' ? fromBase64url(thumbprint) : undefined;
  if (found?.length !== expected.length || (certificate && !expected.equals(found))) {
    throw new BundleCertificateInvalid('the thumbprint of a JWK is not its certificate’s');
  }
}

/** Certificates stand in base64 with padding, not in base64url (RFC 7517, section 4.7). */
function fromBase64(text: unknown): Uint8Array {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined;
  if (bytes === undefined || bytes.toString('base64') !== text) {
    throw new BundleCertificateInvalid('a certificate of a JWK is not in base64');
  }
  return new Uint8Array(bytes);
}
