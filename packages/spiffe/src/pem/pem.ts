import { DomainError } from '@blastradius/kernel';

export class PemInvalid extends DomainError {
  readonly code = 'pem.invalid';
  readonly category = 'invalid';
}

const beginning = '-----BEGIN CERTIFICATE-----';
/** Each boundary has a line of its own (RFC 7468, section 3). */
const block =
  /^-----BEGIN CERTIFICATE-----[ \t]*\r?\n([A-Za-z0-9+/= \t\r\n]+)^-----END CERTIFICATE-----[ \t]*\r?$/gm;

/** The certificates of a PEM text, in their order; what stands between them is left out. */
export function certificatesFromPem(pem: string): Uint8Array[] {
  const certificates = [...pem.matchAll(block)].map(([, body = '']) => decodeBody(body));
  if (certificates.length === 0) throw new PemInvalid('no certificate in the PEM text');
  if (certificates.length !== pem.split(beginning).length - 1) {
    throw new PemInvalid('a certificate of the PEM text has no end');
  }
  return certificates;
}

/** Buffer drops what is no base64, and others would refuse it. */
function decodeBody(body: string): Uint8Array {
  const text = body.replaceAll(/\s/g, '');
  const bytes = Buffer.from(text, 'base64');
  if (bytes.toString('base64') !== text)
    throw new PemInvalid('a certificate of the PEM text is not in base64');
  return new Uint8Array(bytes);
}

/** One PEM text of DER certificates, as `tls` takes it for `cert` and `ca`. */
export function certificatesToPem(certificates: readonly Uint8Array[]): string {
  return certificates.map(certificateToPem).join('');
}

function certificateToPem(der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
