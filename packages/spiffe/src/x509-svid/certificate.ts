import { type KeyObject, X509Certificate } from 'node:crypto';
import { readExtensions } from './certificate-extensions.ts';
import { type CertificateNames, readNames } from './certificate-names.ts';
import { checkCertificateStructure } from './certificate-structure.ts';
import { readBasicConstraints, readExtendedKeyUsages, readKeyUsage } from './extension-values.ts';
import { type NameConstraints, readNameConstraints } from './name-constraints.ts';
import { SvidExtensionUnsupported, SvidMalformed } from './x509-svid.errors.ts';

/**
 * What the rules of X509-SVID look at, read from one certificate. OpenSSL parses it as a whole
 * and checks names and signatures; the extensions, which node:crypto shows in part only, are
 * read here, since each handshake needs them and a general ASN.1 library takes milliseconds.
 */
export interface Certificate extends CertificateNames {
  readonly x509: X509Certificate;
  readonly publicKey: KeyObject;
  readonly isCa: boolean;
  /** How many further CAs may follow below this one; undefined where it does not say. */
  readonly pathLength: number | undefined;
  readonly keyUsage: KeyUsage | undefined;
  /** Object identifiers, hex of their content. */
  readonly extendedKeyUsages: readonly string[] | undefined;
  readonly nameConstraints: NameConstraints | undefined;
}

export interface KeyUsage {
  readonly critical: boolean;
  readonly digitalSignature: boolean;
  readonly keyCertSign: boolean;
  readonly crlSign: boolean;
}

/** Throws SvidMalformed, or SvidExtensionUnsupported for one that we can read and not rely on. */
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
  // OpenSSL decodes the key when it is first asked for, and that can fail: better here than in use.
  const { publicKey } = x509;
  checkCertificateStructure(der);
  const extensions = readExtensions(der);
  const keyUsage = extensions.get('keyUsage');
  const extendedKeyUsage = extensions.get('extendedKeyUsage');
  const nameConstraints = extensions.get('nameConstraints');
  return {
    x509,
    publicKey,
    ...readNames(extensions.get('subjectAlternativeName')?.value),
    ...readBasicConstraints(extensions.get('basicConstraints')),
    keyUsage: keyUsage && readKeyUsage(keyUsage),
    extendedKeyUsages: extendedKeyUsage && readExtendedKeyUsages(extendedKeyUsage),
    nameConstraints: nameConstraints && readNameConstraints(nameConstraints.value),
  };
}
