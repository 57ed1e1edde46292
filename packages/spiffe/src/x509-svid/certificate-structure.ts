import { readBits, readUnsigned } from '../der/primitives.ts';
import { type DerElement, DerMalformed, readElement, readSequence } from '../der/read.ts';
import { checkDistinguishedName } from './distinguished-name.ts';
import { checkPublicKeyEncoding } from './public-key-encoding.ts';
import { checkValidityPeriod } from './validity-period.ts';

/** EXPLICIT [0] INTEGER; where it is absent, the certificate is of version 1. */
const versionTag = 0xa0;
const version2 = 'a003020101';
const version3 = 'a003020102';
const extensionsTag = 0xa3;

/** The names of who signed and who is meant, as they are encoded. */
export interface CertificateParties {
  readonly issuer: Buffer;
  readonly subject: Buffer;
}

/**
 * Checks what OpenSSL reads leniently and other parsers refuse (RFC 5280, section 4.1): two parsers
 * that disagree about a certificate are how one is smuggled past a check.
 */
export function readCertificateStructure(der: Uint8Array): CertificateParties {
  const [toBeSigned, outerAlgorithm, signature, ...rest] = readSequence(readElement(der));
  if (!toBeSigned || !outerAlgorithm || !signature || rest.length > 0) {
    throw new DerMalformed('not a certificate');
  }
  readBits(signature);
  const parts = readSequence(toBeSigned);
  const version = parts[0]?.identifier === versionTag ? parts.shift()?.whole.toString('hex') : undefined;
  const [serial, algorithm, issuer, validity, subject, publicKey, ...optional] = parts;
  if (!serial || !algorithm || !issuer || !validity || !subject || !publicKey) {
    throw new DerMalformed('parts of the certificate are missing');
  }
  checkVersion(version, optional);
  readUnsigned(serial);
  if (!algorithm.whole.equals(outerAlgorithm.whole))
    throw new DerMalformed('two algorithms of one signature');
  checkDistinguishedName(issuer);
  checkValidityPeriod(validity);
  checkDistinguishedName(subject);
  checkPublicKeyEncoding(publicKey);
  checkOptionalParts(optional);
  return { issuer: issuer.whole, subject: subject.whole };
}

/** Extensions exist in version 3 only; an authority of version 1 can be read, and signs nothing here. */
function checkVersion(version: string | undefined, optional: readonly DerElement[]): void {
  if (version === version3) return;
  const isOlder = version === undefined || version === version2;
  const hasExtensions = optional.some(({ identifier }) => identifier === extensionsTag);
  if (!isOlder || hasExtensions)
    throw new DerMalformed('a version that has no extensions, or that is unknown');
}

/** Of [1] and [2], unique IDs that nobody uses, and [3], the extensions, each at most once and in this order. */
function checkOptionalParts(parts: readonly DerElement[]): void {
  const tags = parts.map(({ identifier }) => identifier & 0x1f);
  const areKnown = parts.every(({ identifier }) => [0x81, 0x82, 0xa3].includes(identifier));
  const areInOrder = tags.every((tag, index) => index === 0 || tag > (tags[index - 1] ?? 0));
  if (!areKnown || !areInOrder) throw new DerMalformed('unknown parts of a certificate');
}
