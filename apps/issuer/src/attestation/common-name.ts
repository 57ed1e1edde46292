import { type DerElement, readElement, readElements } from '@blastradius/spiffe';

/** 2.5.4.3, in hex. */
const commonName = '550403';
/** Explicit version, and the two kinds of strings that RFC 5280 has names in, section 4.1.2.4. */
const tag = { version: 0xa0, utf8String: 0x0c, printableString: 0x13 };

/**
 * The common name of a certificate's subject (DER); undefined where it has none, several, or one in an
 * encoding that is out of use. Read from the bytes: printed names have to be taken apart again.
 */
export function commonNameOf(der: Uint8Array): string | undefined {
  const names = attributesOf(subjectOf(der)).filter(([type]) => type?.content.toString('hex') === commonName);
  const [, value] = names.length === 1 ? (names[0] ?? []) : [];
  if (value?.identifier !== tag.utf8String && value?.identifier !== tag.printableString) return undefined;
  return value.content.toString('utf8');
}

/** TBSCertificate: [version,] serial number, signature, issuer, validity, subject. */
function subjectOf(der: Uint8Array): DerElement | undefined {
  const [toBeSigned] = readElements(readElement(der));
  const parts = toBeSigned === undefined ? [] : readElements(toBeSigned);
  return parts[parts[0]?.identifier === tag.version ? 5 : 4];
}

/** A name is a SEQUENCE of SETs of { type, value }. */
function attributesOf(name: DerElement | undefined): DerElement[][] {
  if (name === undefined) return [];
  return readElements(name).flatMap((relative) =>
    readElements(relative).map((attribute) => readElements(attribute)),
  );
}
