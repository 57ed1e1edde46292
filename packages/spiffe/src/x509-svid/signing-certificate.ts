import type { Certificate } from './certificate.ts';

/** Whether a certificate may sign others (X509-SVID, sections 3.2, 4.1 and 4.3). */
export function isSigningCertificate(certificate: Certificate): boolean {
  return certificate.isCa && certificate.keyUsage?.keyCertSign === true && !certificate.uris.some(hasPath);
}

/** X509-SVID, section 3.2: the SPIFFE ID of a signing certificate stands for a trust domain, not a workload. */
function hasPath(uri: string): boolean {
  return /^spiffe:\/\/[^/?#]*[/?#]/i.test(uri);
}
