import { parseSpiffeId, type SpiffeId } from '../spiffe-id/spiffe-id.ts';
import type { Certificate } from './certificate.ts';
import {
  SvidExtendedKeyUsageIncomplete,
  SvidExtensionUnsupported,
  SvidIdInvalid,
  SvidIdWithoutPath,
  SvidKeyUsageMissing,
  SvidLeafIsCa,
  SvidLeafSignsCertificates,
  SvidUriSanMissingOrMany,
} from './x509-svid.errors.ts';

/** 1.3.6.1.5.5.7.3.1 and .2, in hex. */
const serverAuth = '2b06010505070301';
const clientAuth = '2b06010505070302';

/** Checks what a leaf must be (X509-SVID, sections 2, 4 and 5.2) and returns whose it is. */
export function checkLeafProfile(leaf: Certificate): SpiffeId {
  const id = readSpiffeId(leaf);
  if (leaf.isCa) throw new SvidLeafIsCa('the leaf is a certificate authority');
  checkKeyUsage(leaf);
  checkExtendedKeyUsage(leaf);
  // RFC 5280, section 4.2.1.10: only an authority has them.
  if (leaf.nameConstraints) throw new SvidExtensionUnsupported('the leaf has name constraints');
  return id;
}

function readSpiffeId(leaf: Certificate): SpiffeId {
  const [uri, ...more] = leaf.uris;
  if (uri === undefined || more.length > 0) {
    throw new SvidUriSanMissingOrMany('the leaf must have exactly one URI SAN', {
      context: { count: leaf.uris.length },
    });
  }
  const id = parseOrRefuse(uri);
  if (id.path === '') throw new SvidIdWithoutPath('the SPIFFE ID of a leaf must have a path');
  return id;
}

function parseOrRefuse(uri: string): SpiffeId {
  try {
    return parseSpiffeId(uri);
  } catch (cause) {
    throw new SvidIdInvalid('the URI SAN is no SPIFFE ID', { cause });
  }
}

function checkKeyUsage({ keyUsage }: Certificate): void {
  if (keyUsage === undefined || !keyUsage.critical) {
    throw new SvidKeyUsageMissing('the leaf has no critical key usage');
  }
  if (!keyUsage.digitalSignature) {
    throw new SvidKeyUsageMissing('the leaf lacks digitalSignature');
  }
  if (keyUsage.keyCertSign || keyUsage.crlSign) {
    throw new SvidLeafSignsCertificates('the leaf may sign certificates or CRLs');
  }
}

function checkExtendedKeyUsage({ extendedKeyUsages: usages }: Certificate): void {
  if (usages === undefined) return;
  if (!usages.includes(serverAuth) || !usages.includes(clientAuth)) {
    throw new SvidExtendedKeyUsageIncomplete('the leaf needs both serverAuth and clientAuth');
  }
}
