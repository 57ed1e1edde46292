import { createHash } from 'node:crypto';

/** `x5t#S256` of a certificate, DER (RFC 8705, section 3.1). */
export function certificateThumbprint(certificate: Uint8Array): string {
  return createHash('sha256').update(certificate).digest('base64url');
}
