import { X509Certificate } from 'node:crypto';
import { readElement, readElements } from '@blastradius/spiffe';
import type { Authority } from '../authority/create-authority.ts';
import { signerOf } from '../authority/signer.ts';
import { booleanTrue, octetString, sequence } from '../der/encode.ts';
import { keyUsage } from '../der/oids.ts';
import { digitalSignatureOnly } from './leaf-extensions.ts';
import { MintedSvidWrong } from './mint.errors.ts';
import type { MintedX509Svid } from './mint-x509-svid.ts';

export interface ExpectedSvid {
  readonly authority: Authority;
  readonly spiffeId: string;
  readonly publicKeySpki: Uint8Array;
  /** The latest end that may have been granted. */
  readonly notAfter: Date;
}

const keyUsageExtension = sequence(keyUsage, booleanTrue, octetString(digitalSignatureOnly));
const bothUsages = ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'];

/**
 * The check after signing: OpenSSL's reading of what was minted must be what was asked for,
 * before it leaves the issuer. Throws `mint.wrong-certificate`.
 */
export function checkMintedSvid(minted: MintedX509Svid, expected: ExpectedSvid): void {
  const wrong = findWrong(minted, expected);
  if (wrong !== undefined) {
    throw new MintedSvidWrong(`the minted certificate has the wrong ${wrong}`, {
      context: { spiffeId: expected.spiffeId, serial: minted.serial },
    });
  }
}

function findWrong(minted: MintedX509Svid, expected: ExpectedSvid): string | undefined {
  const certificate = new X509Certificate(minted.certificate);
  const signer = signerOf(expected.authority).certificate;
  const { spki, extensions } = partsOf(minted.certificate);
  const uris = (certificate.subjectAltName ?? '').split(', ').filter((name) => name.startsWith('URI:'));
  const checks: readonly [string, boolean][] = [
    ['authority flag', !certificate.ca],
    ['URI', uris.length === 1 && uris[0] === `URI:${expected.spiffeId}`],
    ['key usage', extensions.some((extension) => keyUsageExtension.equals(extension))],
    ['extended key usage', bothUsages.every((usage) => certificate.keyUsage?.includes(usage))],
    ['key', spki.equals(expected.publicKeySpki)],
    ['serial', certificate.serialNumber.toLowerCase() === minted.serial],
    ['beginning', certificate.validFromDate.getTime() === minted.notBefore.getTime()],
    ['end', certificate.validToDate.getTime() === minted.notAfter.getTime()],
    ['lifetime', minted.notAfter <= expected.notAfter && certificate.validToDate <= signer.validToDate],
    ['issuer', certificate.checkIssued(signer)],
    ['signature', certificate.verify(signer.publicKey)],
  ];
  return checks.find(([, holds]) => !holds)?.[0];
}

function partsOf(der: Uint8Array): { spki: Buffer; extensions: Buffer[] } {
  const [toBeSigned] = readElements(readElement(der));
  const parts = toBeSigned === undefined ? [] : readElements(toBeSigned);
  const extensions = parts.at(-1)?.content ?? Buffer.alloc(0);
  return {
    spki: parts.at(-2)?.whole ?? Buffer.alloc(0),
    extensions: readElements(readElement(extensions)).map((extension) => extension.whole),
  };
}
