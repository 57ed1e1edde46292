import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { splitCertificates } from '../der/split-certificates.ts';
import { parseCertificate } from './certificate.ts';
import { SvidMalformed } from './x509-svid.errors.ts';

const chain = readFileSync(new URL('../../test/vectors/rust-spiffe/1-svid-chain.der', import.meta.url));
const [leaf = new Uint8Array()] = splitCertificates(chain);

/** The certificate with some bytes, given in hex, in the place of others of the same length. */
function changed(from: string, to: string): Uint8Array {
  const hex = Buffer.from(leaf).toString('hex');
  expect(hex).toContain(from);
  expect(to).toHaveLength(from.length);
  return new Uint8Array(Buffer.from(hex.replace(from, to), 'hex'));
}

const ascii = (text: string) => Buffer.from(text).toString('hex');

describe('a certificate', () => {
  it('is read as it was issued', () => {
    expect(parseCertificate(leaf).uris).toEqual(['spiffe://example.org/service']);
  });

  // OpenSSL reads each of these, or reads it until its key is asked for; Go reads none.
  it.each([
    ['an unknown version', 'a003020102', 'a003020103'],
    ['a month that does not exist', ascii('260425221109Z'), ascii('261325221109Z')],
    ['a time without its Z', ascii('260425221109Z'), ascii('260425221109A')],
    ['a compressed point', '03420004', '03420002'],
    ['a host with a control character', ascii('example.org'), ascii('exam\u001ble.org')],
    ['a host without a name', ascii('//example.org'), ascii('//.xample.org')],
    ['basic constraints that are no sequence', '551d130101ff04023000', '551d130101ff04022f00'],
    ['policy mappings that are none', '551d23', '551d21'],
    ['points to fetch a revocation list from that are none', '551d23', '551d1f'],
    ['policies that are none', '551d23', '551d20'],
    ['an inhibition of policies that is no number', '551d23', '551d36'],
    ['a boolean that is neither', '0101ff', '010101'],
  ])('with %s is refused', (_, from, to) => {
    expect(() => parseCertificate(changed(from, to))).toThrow(SvidMalformed);
  });

  it('whose key is no point of its curve is refused when it is read, and not in use', () => {
    const at = Buffer.from(leaf).indexOf(Buffer.from('03420004', 'hex')) + 4;
    const broken = new Uint8Array(leaf);
    broken.set(new Uint8Array(64).fill(7), at);
    expect(at).toBeGreaterThan(4);
    expect(() => parseCertificate(broken)).toThrow(SvidMalformed);
  });
});
