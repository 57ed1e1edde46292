import { readFileSync } from 'node:fs';
import { DomainError } from '@blastradius/kernel';
import { describe, expect, it } from 'vitest';
import { parseX509SvidDer, parseX509SvidPem, x509SvidToDer, x509SvidToPem } from './x509-svid-encoding.ts';

const bytesOf = (name: string) => readFileSync(new URL(`../../test/vectors/${name}`, import.meta.url));
const textOf = (name: string) => bytesOf(`go-spiffe/x509svid/${name}`).toString();
const derOf = (name: string) => new Uint8Array(bytesOf(`rust-spiffe/${name}`));

function outcomeOf(parse: () => { spiffeId: { toString(): string } }): string {
  try {
    return parse().spiffeId.toString();
  } catch (error) {
    return error instanceof DomainError ? error.code : String(error);
  }
}

const workload = 'spiffe://example.org/workload-1';

// The cases of go-spiffe v2.8.1: TestParse of svid/x509svid/svid_test.go.
describe('an X509-SVID of PEM texts', () => {
  it.each([
    ['good-leaf-only.pem', 'key-pkcs8-rsa.pem', workload],
    ['good-leaf-and-intermediate.pem', 'key-pkcs8-ecdsa.pem', workload],
    ['good-key-and-cert.pem', 'good-key-and-cert.pem', workload],
    ['good-cert-and-key.pem', 'good-cert-and-key.pem', workload],
    ['key-pkcs8-rsa.pem', 'key-pkcs8-rsa.pem', 'pem.invalid'],
    ['good-leaf-only.pem', 'good-leaf-only.pem', 'svid.key-malformed'],
    ['good-leaf-only.pem', 'not-pem', 'svid.key-malformed'],
    ['not-pem', 'key-pkcs8-rsa.pem', 'pem.invalid'],
    ['good-leaf-only.pem', 'corrupt-key.pem', 'svid.key-malformed'],
    ['corrupt-cert.pem', 'key-pkcs8-rsa.pem', 'svid.malformed'],
    ['good-leaf-and-intermediate.pem', 'key-pkcs8-rsa.pem', 'svid.key-mismatch'],
    ['wrong-leaf-empty-id.pem', 'key-pkcs8-rsa.pem', 'svid.uri-san-count'],
    ['wrong-leaf-ca-true.pem', 'key-pkcs8-rsa.pem', 'svid.leaf-is-ca'],
    ['wrong-leaf-no-digital-signature.pem', 'key-pkcs8-rsa.pem', 'svid.key-usage'],
    ['wrong-leaf-cert-sign.pem', 'key-pkcs8-rsa.pem', 'svid.leaf-signs-certificates'],
    ['wrong-leaf-crl-sign.pem', 'key-pkcs8-rsa.pem', 'svid.leaf-signs-certificates'],
    ['wrong-intermediate-no-ca.pem', 'key-pkcs8-rsa.pem', 'svid.signing-certificate'],
    ['wrong-intermediate-no-key-cert-sign.pem', 'key-pkcs8-rsa.pem', 'svid.signing-certificate'],
  ])('of %s and %s is %s', (certificates, key, expected) => {
    expect(outcomeOf(() => parseX509SvidPem(textOf(certificates), textOf(key)))).toBe(expected);
  });

  it('comes back as it was written, in PEM and in DER', () => {
    const svid = parseX509SvidPem(textOf('good-leaf-and-intermediate.pem'), textOf('key-pkcs8-ecdsa.pem'));
    const pem = x509SvidToPem(svid);
    const der = x509SvidToDer(svid);
    expect(svid.certificates).toHaveLength(2);
    expect(parseX509SvidPem(pem.certificates, pem.privateKey).certificates).toEqual(svid.certificates);
    expect(parseX509SvidDer(der.certificates, der.privateKey).certificates).toEqual(svid.certificates);
  });

  it('never says anything about the key that it could not read', () => {
    const error = (() => {
      try {
        return parseX509SvidPem(textOf('good-leaf-only.pem'), textOf('corrupt-key.pem'));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ code: 'svid.key-malformed', context: {} });
    expect(error).not.toHaveProperty('cause');
  });
});

// The cases of the crate spiffe 0.16.0: tests/x509_svid.rs.
describe('an X509-SVID in DER', () => {
  const service = 'spiffe://example.org/service';
  it.each([
    ['1-svid-chain.der', '1-key.der', service],
    ['expired-svid-chain.der', 'expired-key.der', service],
    ['svid-with-dns.der', 'svid-with-dns-key.der', service],
    // Its key usage is not critical (X509-SVID, section 4.3); the crate does not look.
    ['empty-subject-name.der', 'empty-subject-name-key.der', 'svid.key-usage'],
    ['corrupted', '1-key.der', 'svid.malformed'],
    ['1-svid-chain.der', 'corrupted', 'svid.key-malformed'],
    ['1-svid-chain.der', 'svid-with-dns-key.der', 'svid.key-mismatch'],
    ['wrong-leaf-ca-true.der', '1-key.der', 'svid.leaf-is-ca'],
    ['wrong-leaf-crl-sign.der', '1-key.der', 'svid.leaf-signs-certificates'],
    ['wrong-leaf-cert-sign.der', '1-key.der', 'svid.leaf-signs-certificates'],
    ['wrong-leaf-no-digital-signature.der', '1-key.der', 'svid.key-usage'],
    ['wrong-leaf-empty-id.der', '1-key.der', 'svid.uri-san-count'],
    ['wrong-intermediate-no-ca.der', '1-key.der', 'svid.signing-certificate'],
    ['wrong-intermediate-no-key-cert-sign.der', '1-key.der', 'svid.signing-certificate'],
  ])('of %s and %s is %s', (certificates, key, expected) => {
    expect(outcomeOf(() => parseX509SvidDer(derOf(certificates), derOf(key)))).toBe(expected);
  });

  it('of no certificate at all is refused', () => {
    expect(outcomeOf(() => parseX509SvidDer(new Uint8Array(), derOf('1-key.der')))).toBe('svid.malformed');
  });
});
