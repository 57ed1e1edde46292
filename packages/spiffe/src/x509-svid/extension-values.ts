import { DerMalformed, readElements } from '../der/read.ts';
import type { KeyUsage } from './certificate.ts';
import type { CertificateExtension } from './certificate-extensions.ts';

const tag = { boolean: 0x01, integer: 0x02, bitString: 0x03, uri: 0x86 };
/** Bits of KeyUsage (RFC 5280, section 4.2.1.3), the first one being the highest. */
const keyUsageBit = { digitalSignature: 0x80, keyCertSign: 0x04, crlSign: 0x02 };

export function readKeyUsage({ critical, value }: CertificateExtension): KeyUsage {
  if (value.identifier !== tag.bitString) throw new DerMalformed('the key usage is no BIT STRING');
  const bits = value.content[1] ?? 0;
  return {
    critical,
    digitalSignature: (bits & keyUsageBit.digitalSignature) !== 0,
    keyCertSign: (bits & keyUsageBit.keyCertSign) !== 0,
    crlSign: (bits & keyUsageBit.crlSign) !== 0,
  };
}

export function readBasicConstraints(extension: CertificateExtension | undefined): {
  isCa: boolean;
  pathLength: number | undefined;
} {
  const parts = extension === undefined ? [] : readElements(extension.value);
  const flag = parts.find((part) => part.identifier === tag.boolean);
  const length = parts.find((part) => part.identifier === tag.integer);
  return {
    isCa: flag !== undefined && flag.content[0] !== 0,
    pathLength: length && Number.parseInt(length.content.toString('hex'), 16),
  };
}

export function readExtendedKeyUsages({ value }: CertificateExtension): string[] {
  return readElements(value).map((usage) => usage.content.toString('hex'));
}

export function readUris(extension: CertificateExtension | undefined): string[] {
  const names = extension === undefined ? [] : readElements(extension.value);
  return names.filter((name) => name.identifier === tag.uri).map((name) => name.content.toString('latin1'));
}
