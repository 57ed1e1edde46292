import { describe, expect, it } from 'vitest';
import { certificatesFromPem, certificatesToPem, PemInvalid } from './pem.ts';

describe('PEM', () => {
  it('gives back the certificates in their order', () => {
    const certificates = [new Uint8Array(100).fill(1), new Uint8Array(7).fill(2)];
    expect(certificatesFromPem(certificatesToPem(certificates))).toEqual(certificates);
  });

  it('wraps lines at 64 characters, as RFC 7468 asks', () => {
    const longest = Math.max(
      ...certificatesToPem([new Uint8Array(100)])
        .split('\n')
        .map((line) => line.length),
    );
    expect(longest).toBe(64);
  });

  it.each([
    ['whose boundary is not at the beginning of a line', (pem: string) => `-${pem}`],
    ['that has no end', (pem: string) => `${pem}-----BEGIN CERTIFICATE-----\nAAAA\n`],
    ['that is no base64', (pem: string) => pem.replace('AAAA', 'A=AA')],
    ['whose second boundary stands in a line', (pem: string) => `${pem.trimEnd()} ${pem}`],
  ])('refuses a certificate %s', (_, change) => {
    expect(() => certificatesFromPem(change(certificatesToPem([new Uint8Array(60)])))).toThrow(PemInvalid);
  });

  it('takes the line ends of Windows, and text around', () => {
    const pem = certificatesToPem([new Uint8Array(60)]);
    expect(certificatesFromPem(`a root:\n${pem}\nanother:\n${pem.replaceAll('\n', '\r\n')}`)).toHaveLength(2);
  });

  it('refuses a text without a certificate', () => {
    expect(() => certificatesFromPem('-----BEGIN PRIVATE KEY-----')).toThrow(PemInvalid);
  });
});
