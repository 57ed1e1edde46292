import { hash } from 'node:crypto';
import { type DerElement, readElement, readElements } from '@blastradius/spiffe';

/** A leaf as we read it back: by the reader that refuses other people's certificates, which shares nothing with the encoder. */
export interface MintedLeaf {
  /** Hex in lower case. */
  readonly serial: string;
  readonly issuer: Buffer;
  /** Epoch milliseconds. */
  readonly notBeforeMs: number | undefined;
  readonly notAfterMs: number | undefined;
  readonly spki: Buffer;
  /** Of the profile's extensions, what differs from one leaf to the next. */
  readonly subjectKeyId: Buffer;
  readonly authorityKeyId: Buffer;
  readonly uris: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly Buffer[];
}

/** Written down here, not computed: what may stand around the fields, byte for byte. */
const literal = (hex: string) => Buffer.from(hex.replaceAll(' ', ''), 'hex');
const version3 = literal('a003 020102');
const ecdsaWithSha256 = literal('300a 06082a8648ce3d040302');
const emptyName = literal('3000');
/** basicConstraints without CA, keyUsage digitalSignature (both critical), extKeyUsage serverAuth and clientAuth. */
const fixedExtensions = [
  literal('300c 0603551d13 0101ff 0402 3000'),
  literal('300e 0603551d0f 0101ff 0404 03020780'),
  literal('301d 0603551d25 0416 3014 06082b06010505070301 06082b06010505070302'),
];
/** Up to the identifier itself, which is a SHA-1 in both. */
const subjectKeyIdentifier = literal('301d 0603551d0e 0416 0414');
const authorityKeyIdentifier = literal('301f 0603551d23 0418 3016 8014');
const alternativeNames = [literal('0603551d11'), literal('0101ff')] as const;
const nameKinds = { dns: 0x82, uri: 0x86, ip: 0x87 } as const;

/** Undefined where anything is there that the profile does not have, or lacks what it has. */
export function readMintedLeaf(certificate: Uint8Array): MintedLeaf | undefined {
  const [toBeSigned, algorithm, signature, ...more] = within(readElement(certificate));
  if (signature?.identifier !== 0x03 || signature.content[0] !== 0 || more.length > 0) return undefined;
  const fields = within(toBeSigned);
  const [version, serial, innerAlgorithm, issuer, validity, subject, spki, extensions] = fields;
  if (fields.length !== 8 || !serial || !issuer || !validity || !spki || !extensions) return undefined;
  const isFramed =
    is(algorithm, ecdsaWithSha256) &&
    is(version, version3) &&
    is(innerAlgorithm, ecdsaWithSha256) &&
    is(subject, emptyName) &&
    serial.identifier === 0x02 &&
    extensions.identifier === 0xa3;
  const times = within(validity).map(instant);
  const named = isFramed ? readExtensions(readElement(extensions.content)) : undefined;
  return (
    named && {
      serial: serial.content.toString('hex'),
      issuer: issuer.whole,
      notBeforeMs: times.length === 2 ? times[0] : undefined,
      notAfterMs: times[1],
      spki: spki.whole,
      ...named,
    }
  );
}

function readExtensions(list: DerElement) {
  const extensions = within(list);
  const [, , , subjectKey, authorityKey, names] = extensions;
  if (extensions.length !== 6 || !fixedExtensions.every((bytes, index) => is(extensions[index], bytes))) {
    return undefined;
  }
  const subjectKeyId = after(subjectKey, subjectKeyIdentifier);
  const authorityKeyId = after(authorityKey, authorityKeyIdentifier);
  const alternatives = names && readNames(names);
  return subjectKeyId && authorityKeyId && alternatives && { subjectKeyId, authorityKeyId, ...alternatives };
}

function readNames(extension: DerElement) {
  const [type, critical, value, ...more] = within(extension);
  if (!is(type, alternativeNames[0]) || !is(critical, alternativeNames[1])) return undefined;
  if (value?.identifier !== 0x04 || more.length > 0) return undefined;
  const names = within(readElement(value.content));
  const of = (kind: number) => names.filter(({ identifier }) => identifier === kind);
  const uris = of(nameKinds.uri).map(text);
  const dnsNames = of(nameKinds.dns).map(text);
  const ipAddresses = of(nameKinds.ip).map(({ content }) => content);
  if (uris.length + dnsNames.length + ipAddresses.length !== names.length) return undefined;
  return { uris, dnsNames, ipAddresses };
}

/** The key identifier that a leaf of this key has (RFC 5280, section 4.2.1.2): of the last 65 bytes of the key. */
export function keyIdOf(spki: Uint8Array): Buffer {
  return hash('sha1', spki.subarray(-65), 'buffer');
}

/** The elements of a SEQUENCE; none of anything else. */
function within(element: DerElement | undefined): DerElement[] {
  return element?.identifier === 0x30 ? readElements(element) : [];
}

function is(element: DerElement | undefined, bytes: Buffer): boolean {
  return element?.whole.equals(bytes) === true;
}

/** What follows these bytes in an element that begins with them and ends a SHA-1 later. */
function after(element: DerElement | undefined, bytes: Buffer): Buffer | undefined {
  const isWhole = element?.whole.length === bytes.length + 20;
  return isWhole && bytes.compare(element.whole, 0, bytes.length) === 0
    ? element.whole.subarray(bytes.length)
    : undefined;
}

function text({ content }: DerElement): string {
  return content.toString('latin1');
}

/** Of `YYMMDDhhmmssZ` (1950 to 2049) or `YYYYMMDDhhmmssZ`, each with its own tag, in epoch milliseconds. */
function instant({ identifier, content }: DerElement): number | undefined {
  const written = content.toString('latin1');
  if (!/^(?:\d\d)?\d{12}Z$/.test(written) || identifier !== (written.length === 13 ? 0x17 : 0x18))
    return undefined;
  const digits = written.length === 15 ? written : `${written < '50' ? '20' : '19'}${written}`;
  const at = (index: number) => Number(digits.slice(index, index + 2));
  return Date.UTC(Number(digits.slice(0, 4)), at(4) - 1, at(6), at(8), at(10), at(12));
}
