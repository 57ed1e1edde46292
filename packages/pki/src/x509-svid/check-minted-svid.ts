import { X509Certificate } from 'node:crypto';
import { DerMalformed } from '@blastradius/spiffe';
import type { Authority } from '../authority/create-authority.ts';
import { signerOf } from '../authority/signer.ts';
import { isSignatureDue } from '../check/sampled-signatures.ts';
import { MintedSvidWrong } from './mint.errors.ts';
import type { MintedX509Svid } from './mint-x509-svid.ts';
import { keyIdOf, type MintedLeaf, readMintedLeaf } from './read-minted-leaf.ts';

export interface ExpectedSvid {
  readonly authority: Authority;
  readonly spiffeId: string;
  readonly publicKeySpki: Uint8Array;
  /** The latest end that may have been granted. */
  readonly notAfter: Date;
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
}

/**
 * The check after signing: what was minted, read back, must be what was asked for, before it leaves the issuer.
 * Every field of every one; of some of them OpenSSL's reading too, and the signature. Throws `mint.wrong-certificate`.
 */
export function checkMintedSvid(minted: MintedX509Svid, expected: ExpectedSvid): void {
  const isSample = isSignatureDue(expected.authority);
  const wrong =
    findWrongField(minted, expected) ?? (isSample ? findWrongReading(minted, expected) : undefined);
  if (wrong !== undefined) {
    throw new MintedSvidWrong(`the minted certificate has the wrong ${wrong}`, {
      context: { spiffeId: expected.spiffeId, serial: minted.serial },
    });
  }
}

function findWrongField(minted: MintedX509Svid, expected: ExpectedSvid): string | undefined {
  const leaf = readLeaf(minted.certificate);
  if (leaf === undefined) return 'structure';
  const { dnsNames = [], ipAddresses = [] } = expected;
  const signer = signerOf(expected.authority);
  if (leaf.uris.length !== 1 || leaf.uris[0] !== expected.spiffeId) return 'URI';
  if (!isSameList(leaf.dnsNames, dnsNames)) return 'DNS names';
  if (leaf.ipAddresses.length !== ipAddresses.length) return 'IP addresses';
  if (!leaf.spki.equals(expected.publicKeySpki)) return 'key';
  if (!leaf.subjectKeyId.equals(keyIdOf(expected.publicKeySpki))) return 'key identifier';
  if (!leaf.issuer.equals(signer.name) || !leaf.authorityKeyId.equals(signer.keyId)) return 'issuer';
  if (leaf.serial !== minted.serial) return 'serial';
  if (leaf.notBeforeMs !== minted.notBefore.getTime()) return 'beginning';
  if (leaf.notAfterMs !== minted.notAfter.getTime()) return 'end';
  const isTooLong = minted.notAfter > expected.notAfter || minted.notAfter > signer.notAfter;
  return isTooLong || minted.notBefore < signer.notBefore ? 'lifetime' : undefined;
}

function readLeaf(certificate: Uint8Array): MintedLeaf | undefined {
  try {
    return readMintedLeaf(certificate);
  } catch (error) {
    if (error instanceof DerMalformed) return undefined;
    throw error;
  }
}

/** As OpenSSL has it, which neither our encoder nor our reader has anything to do with. */
function findWrongReading(minted: MintedX509Svid, expected: ExpectedSvid): string | undefined {
  const certificate = new X509Certificate(minted.certificate);
  const signer = signerOf(expected.authority).certificate;
  const uris = (certificate.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  if (certificate.ca) return 'authority flag';
  if (uris.length !== 1 || uris[0] !== `URI:${expected.spiffeId}`) return 'URI';
  if (certificate.serialNumber.toLowerCase() !== minted.serial) return 'serial';
  if (certificate.validFromDate.getTime() !== minted.notBefore.getTime()) return 'beginning';
  if (certificate.validToDate.getTime() !== minted.notAfter.getTime()) return 'end';
  if (!certificate.checkIssued(signer)) return 'issuer';
  return certificate.verify(signer.publicKey) ? undefined : 'signature';
}

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
