import { X509Certificate } from 'node:crypto';
import { readExtensions } from './certificate-extensions.ts';
import { readBasicConstraints, readExtendedKeyUsages, readKeyUsage, readUris } from './extension-values.ts';
import { SvidExtensionUnsupported, SvidMalformed } from './x509-svid.errors.ts';

/**
 * What the rules of X509-SVID look at, read from one certificate. OpenSSL parses it as a whole
 * and checks names and signatures; the extensions, which node:crypto shows in part only, are
 * read here, since each handshake needs them and a general ASN.1 library takes milliseconds.
 */
export interface Certificate {
  readonly x509: X509Certificate;
  readonly uris: readonly string[];
  readonly isCa: boolean;
  /** How many further CAs may follow below this one; undefined where it does not say. */
  readonly pathLength: number | undefined;
  readonly keyUsage: KeyUsage | undefined;
  /** Object identifiers, hex of their content. */
  readonly extendedKeyUsages: readonly string[] | undefined;
}

export interface KeyUsage {
  readonly critical: boolean;
  readonly digitalSignature: boolean;
  readonly keyCertSign: boolean;
  readonly crlSign: boolean;
}

export function parseCertificate(der: Uint8Array): Certificate {
  try {
    return readCertificate(der);
  } catch (cause) {
    if (cause instanceof SvidExtensionUnsupported) throw cause;
    throw new SvidMalformed('the certificate can not be read', { cause });
  }
}

function readCertificate(der: Uint8Array): Certificate {
  const x509 = new X509Certificate(der);
  const extensions = readExtensions(der);
  const keyUsage = extensions.get('keyUsage');
  const extendedKeyUsage = extensions.get('extendedKeyUsage');
  return {
    x509,
    uris: readUris(extensions.get('subjectAlternativeName')),
    ...readBasicConstraints(extensions.get('basicConstraints')),
    keyUsage: keyUsage && readKeyUsage(keyUsage),
    extendedKeyUsages: extendedKeyUsage && readExtendedKeyUsages(extendedKeyUsage),
  };
}
