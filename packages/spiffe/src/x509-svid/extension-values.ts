import { isObjectIdentifier, readBits, readBoolean, readUnsigned } from '../der/primitives.ts';
import { type DerElement, DerMalformed, readSequence } from '../der/read.ts';
import type { KeyUsage } from './certificate.ts';
import type { CertificateExtension } from './certificate-extensions.ts';

const tag = { boolean: 0x01 };
/** Bits of KeyUsage (RFC 5280, section 4.2.1.3), the first one being the highest. */
const keyUsageBit = { digitalSignature: 0x80, keyCertSign: 0x04, crlSign: 0x02 };

export function readKeyUsage({ critical, value }: CertificateExtension): KeyUsage {
  const [bits = 0] = readBits(value);
  return {
    critical,
    digitalSignature: (bits & keyUsageBit.digitalSignature) !== 0,
    keyCertSign: (bits & keyUsageBit.keyCertSign) !== 0,
    crlSign: (bits & keyUsageBit.crlSign) !== 0,
  };
}

/** SEQUENCE { BOOLEAN DEFAULT FALSE, INTEGER OPTIONAL } */
export function readBasicConstraints(extension: CertificateExtension | undefined): {
  isCa: boolean;
  pathLength: number | undefined;
} {
  const parts = extension === undefined ? [] : readSequence(extension.value);
  const flag = parts[0]?.identifier === tag.boolean ? parts.shift() : undefined;
  const [length, ...more] = parts;
  if (more.length > 0) throw new DerMalformed('not basic constraints');
  return {
    isCa: flag !== undefined && readBoolean(flag),
    pathLength: length && readPathLength(length),
  };
}

function readPathLength(length: DerElement): number {
  const bytes = readUnsigned(length);
  if (bytes.length > 4) throw new DerMalformed('a path longer than any');
  return bytes.readUIntBE(0, bytes.length);
}

export function readExtendedKeyUsages({ value }: CertificateExtension): string[] {
  const usages = readSequence(value);
  if (!usages.every(isObjectIdentifier)) throw new DerMalformed('not extended key usages');
  return usages.map((usage) => usage.content.toString('hex'));
}
