import { isObjectIdentifier, readBoolean } from '../der/primitives.ts';
import { type DerElement, DerMalformed, readElement, readElements, readSequence } from '../der/read.ts';
import { checkUnusedExtension } from './unused-extensions.ts';
import { SvidExtensionUnsupported } from './x509-svid.errors.ts';

export interface CertificateExtension {
  readonly critical: boolean;
  /** What the OCTET STRING holds. */
  readonly value: DerElement;
}

/** The extensions that we honour, by the hex of their object identifier (2.5.29.15 and so on). */
const understood = {
  '551d0e': 'subjectKeyIdentifier',
  '551d0f': 'keyUsage',
  '551d11': 'subjectAlternativeName',
  '551d13': 'basicConstraints',
  '551d1e': 'nameConstraints',
  '551d23': 'authorityKeyIdentifier',
  '551d25': 'extendedKeyUsage',
} as const;
type ExtensionName = (typeof understood)[keyof typeof understood];

/** RFC 5280, sections 4.2.1.1 and 4.2.1.2: these are never critical. */
const neverCritical: ReadonlySet<ExtensionName> = new Set(['subjectKeyIdentifier', 'authorityKeyIdentifier']);
const extensionsTag = 0xa3;
const tag = { boolean: 0x01, octetString: 0x04 };

/**
 * Reads a certificate's extensions. An extension occurs once, and a critical one that we can not
 * honour ends the path (RFC 5280, section 4.2).
 */
export function readExtensions(der: Uint8Array): ReadonlyMap<ExtensionName, CertificateExtension> {
  const found = new Map<ExtensionName, CertificateExtension>();
  const seen = new Set<string>();
  for (const element of extensionElements(der)) {
    const { type, ...extension } = readExtension(element);
    const name = isUnderstood(type) ? understood[type] : undefined;
    const isHonoured = name !== undefined && !(extension.critical && neverCritical.has(name));
    if (seen.has(type) || (extension.critical && !isHonoured)) {
      throw new SvidExtensionUnsupported('an extension is repeated or not supported', { context: { type } });
    }
    seen.add(type);
    if (name === undefined) checkUnusedExtension(type, extension.value);
    else found.set(name, { critical: extension.critical, value: extension.value() });
  }
  return found;
}

/** What one extension holds, by the hex of its object identifier; undefined where there is none. */
export function findExtension(der: Uint8Array, type: string): DerElement | undefined {
  const found = extensionElements(der)
    .map(readExtension)
    .find((extension) => extension.type === type);
  return found?.value();
}

function isUnderstood(type: string): type is keyof typeof understood {
  return Object.hasOwn(understood, type);
}

function extensionElements(der: Uint8Array): DerElement[] {
  const [toBeSigned] = readSequence(readElement(der));
  if (toBeSigned === undefined) throw new DerMalformed('not a certificate');
  const wrapped = readElements(toBeSigned).find((part) => part.identifier === extensionsTag);
  return wrapped === undefined ? [] : readSequence(readElement(wrapped.content));
}

/** SEQUENCE { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING } */
function readExtension(element: DerElement): { type: string; critical: boolean; value: () => DerElement } {
  const [type, ...rest] = readSequence(element);
  const flag = rest[0]?.identifier === tag.boolean ? rest.shift() : undefined;
  const [octets, ...more] = rest;
  if (!type || !isObjectIdentifier(type) || octets?.identifier !== tag.octetString || more.length > 0) {
    throw new DerMalformed('not an extension');
  }
  return {
    type: type.content.toString('hex'),
    critical: flag !== undefined && readBoolean(flag),
    value: () => readElement(octets.content),
  };
}
