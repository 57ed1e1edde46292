import { type DerElement, DerMalformed, readElement, readElements } from '../der/read.ts';
import { SvidExtensionUnsupported } from './x509-svid.errors.ts';

export interface CertificateExtension {
  readonly critical: boolean;
  /** What the OCTET STRING holds. */
  readonly value: DerElement;
}

/** The extensions that we honour, by the hex of their object identifier (2.5.29.15 and so on). */
const understood = {
  '551d0f': 'keyUsage',
  '551d11': 'subjectAlternativeName',
  '551d13': 'basicConstraints',
  '551d25': 'extendedKeyUsage',
} as const;
type ExtensionName = (typeof understood)[keyof typeof understood];

const nameConstraints = '551d1e';
const extensionsTag = 0xa3;
const booleanTag = 0x01;

/**
 * Reads a certificate's extensions. An extension occurs once, and a critical one that we can not
 * honour ends the path (RFC 5280, section 4.2). Name constraints are refused whether critical or
 * not: ignoring them would widen an authority.
 */
export function readExtensions(der: Uint8Array): ReadonlyMap<ExtensionName, CertificateExtension> {
  const found = new Map<ExtensionName, CertificateExtension>();
  const seen = new Set<string>();
  for (const element of extensionElements(der)) {
    const { type, ...extension } = readExtension(element);
    const name = isUnderstood(type) ? understood[type] : undefined;
    if (seen.has(type) || type === nameConstraints || (name === undefined && extension.critical)) {
      throw new SvidExtensionUnsupported('an extension is repeated or not supported', { context: { type } });
    }
    seen.add(type);
    if (name !== undefined) found.set(name, { critical: extension.critical, value: extension.value() });
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
  const [toBeSigned] = readElements(readElement(der));
  if (toBeSigned === undefined) throw new DerMalformed('not a certificate');
  const wrapped = readElements(toBeSigned).find((part) => part.identifier === extensionsTag);
  return wrapped === undefined ? [] : readElements(readElement(wrapped.content));
}

/** SEQUENCE { OBJECT IDENTIFIER, BOOLEAN DEFAULT FALSE, OCTET STRING } */
function readExtension(element: DerElement): { type: string; critical: boolean; value: () => DerElement } {
  const [type, ...rest] = readElements(element);
  const [first] = rest;
  const octets = rest.at(-1);
  if (type === undefined || first === undefined || octets === undefined) {
    throw new DerMalformed('not an extension');
  }
  return {
    type: type.content.toString('hex'),
    critical: first.identifier === booleanTag && first.content[0] !== 0,
    value: () => readElement(octets.content),
  };
}
