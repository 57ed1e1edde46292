import { readElements } from '../der/read.ts';
import { findExtension } from './certificate-extensions.ts';

const subjectKeyIdentifier = '551d0e';
const authorityKeyIdentifier = '551d23';
/** AuthorityKeyIdentifier: the member keyIdentifier, [0] IMPLICIT OCTET STRING. */
const keyIdentifierTag = 0x80;

/** Names a certificate's own key (RFC 5280, section 4.2.1.2); hex in lower case. */
export function subjectKeyIdOf(der: Uint8Array): string | undefined {
  return findExtension(der, subjectKeyIdentifier)?.content.toString('hex');
}

/**
 * Names the key by which a certificate was signed (RFC 5280, section 4.2.1.1): the `subjectKeyIdOf`
 * its authority; hex in lower case.
 */
export function authorityKeyIdOf(der: Uint8Array): string | undefined {
  const extension = findExtension(der, authorityKeyIdentifier);
  const parts = extension === undefined ? [] : readElements(extension);
  return parts.find(({ identifier }) => identifier === keyIdentifierTag)?.content.toString('hex');
}
