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

  it('refuses a text without a certificate', () => {
    expect(() => certificatesFromPem('-----BEGIN PRIVATE KEY-----')).toThrow(PemInvalid);
  });
});
