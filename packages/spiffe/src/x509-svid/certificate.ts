import 'reflect-metadata';
import { X509Certificate } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import { SvidExtensionUnsupported, SvidMalformed } from './x509-svid.errors.ts';

/** What the rules of X509-SVID look at, read from one certificate. */
export interface Certificate {
  /** For signatures and names, which node:crypto checks. */
  readonly x509: X509Certificate;
  readonly uris: readonly string[];
  readonly isCa: boolean;
  /** How many further CAs may follow below this one; undefined where it does not say. */
  readonly pathLength: number | undefined;
  readonly keyUsage: { readonly flags: number; readonly critical: boolean } | undefined;
  readonly extendedKeyUsages: readonly string[] | undefined;
}

const oid = {
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  extendedKeyUsage: '2.5.29.37',
};
const understood = new Set([
  oid.keyUsage,
  oid.subjectAlternativeName,
  oid.basicConstraints,
  oid.extendedKeyUsage,
]);

export function parseCertificate(der: Uint8Array): Certificate {
  try {
    return readCertificate(der);
  } catch (cause) {
    if (cause instanceof SvidExtensionUnsupported) throw cause;
    throw new SvidMalformed('the certificate can not be read', { cause });
  }
}

function readCertificate(der: Uint8Array): Certificate {
  const copy = new Uint8Array(der);
  const parsed = new x509.X509Certificate(copy);
  refuseUnsupportedExtensions(parsed);
  const keyUsage = parsed.getExtension(x509.KeyUsagesExtension);
  const constraints = parsed.getExtension(x509.BasicConstraintsExtension);
  const names = parsed.getExtension(x509.SubjectAlternativeNameExtension)?.names.items ?? [];
  return {
    x509: new X509Certificate(copy),
    uris: names.filter((name) => name.type === 'url').map((name) => name.value),
    isCa: constraints?.ca ?? false,
    pathLength: constraints?.pathLength,
    keyUsage: keyUsage === null ? undefined : { flags: keyUsage.usages, critical: keyUsage.critical },
    extendedKeyUsages: parsed.getExtension(x509.ExtendedKeyUsageExtension)?.usages.map(String),
  };
}

/**
 * RFC 5280, 4.2: an extension occurs once, and a critical one that we can not honour ends the
 * path. Name constraints are refused whether critical or not: ignoring them would widen a CA.
 */
function refuseUnsupportedExtensions(certificate: x509.X509Certificate): void {
  const seen = new Set<string>();
  for (const { type, critical } of certificate.extensions) {
    const unknown = (critical && !understood.has(type)) || type === oid.nameConstraints;
    if (unknown || seen.has(type)) {
      throw new SvidExtensionUnsupported('an extension is repeated or not supported', { context: { type } });
    }
    seen.add(type);
  }
}
