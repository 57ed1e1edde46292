import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { positiveInteger, sequence } from '../der/encode.ts';
import { derSignature, joseSignature } from './ecdsa-signature.ts';

const number = fc
  .tuple(fc.integer({ min: 0, max: 31 }), fc.uint8Array({ minLength: 32, maxLength: 32 }))
  .map(([zeros, bytes]) => Buffer.from(bytes).fill(0, 0, zeros));

test('a signature is the same two numbers in DER and in JOSE, however short they are', () => {
  fc.assert(
    fc.property(number, number, (r, s) => {
      const der = sequence(positiveInteger(r), positiveInteger(s));
      const jose = Buffer.concat([r, s]);
      expect(joseSignature(der)).toEqual(jose);
      expect(derSignature(jose)).toEqual(der);
    }),
    { numRuns: 300 },
  );
});

test('node:crypto verifies what was converted, and nothing that was changed', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
  for (let index = 0; index < 50; index++) {
    const message = Buffer.from(`message ${index}`);
    const jose = joseSignature(sign('sha256', message, privateKey));
    expect(verify('sha256', message, key, jose)).toBe(true);
    expect(verify('sha256', message, publicKey, derSignature(jose))).toBe(true);
    jose[index] = (jose[index] ?? 0) ^ 1;
    expect(verify('sha256', message, publicKey, derSignature(jose))).toBe(false);
  }
});

test('bytes that are no signature verify as none', () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  for (const length of [0, 1, 63, 65, 200]) {
    expect(verify('sha256', Buffer.from('x'), publicKey, derSignature(Buffer.alloc(length, 1)))).toBe(false);
  }
});
