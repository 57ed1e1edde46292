import type { Certificate } from './certificate.ts';
import { SvidExpired, SvidNotYetValid } from './x509-svid.errors.ts';

/** Both ends belong to the lifetime (RFC 5280, section 4.1.2.5). */
export function checkValidity({ x509 }: Certificate, now: Date): void {
  if (now.getTime() < x509.validFromDate.getTime()) throw new SvidNotYetValid('not valid yet');
  if (now.getTime() > x509.validToDate.getTime()) throw new SvidExpired('expired');
}
