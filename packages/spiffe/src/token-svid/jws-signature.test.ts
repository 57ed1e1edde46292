import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { CompactSign, compactVerify } from 'jose';
import { describe, expect, test } from 'vitest';
import { isJwsSignedBy } from './jws-signature.ts';
import { type SignatureAlgorithm, signatureAlgorithms } from './signature-algorithms.ts';

const curves: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pairOf = (algorithm: SignatureAlgorithm, of = rsa) => {
  const namedCurve = curves[algorithm];
  return namedCurve === undefined ? of : generateKeyPairSync('ec', { namedCurve });
};
const signed = (alg: SignatureAlgorithm, key: KeyObject, text = 'text') =>
  new CompactSign(Buffer.from(text)).setProtectedHeader({ alg }).sign(key);

describe.each(signatureAlgorithms)('a signature by %s', (algorithm) => {
  test('is its key’s, and no other’s', async () => {
    const { publicKey, privateKey } = pairOf(algorithm);
    const jws = await signed(algorithm, privateKey);
    expect(isJwsSignedBy(publicKey, algorithm, jws)).toBe(true);
    expect(isJwsSignedBy(pairOf(algorithm, otherRsa).publicKey, algorithm, jws)).toBe(false);
  });

  test('is none when any part of it was changed', async () => {
    const { publicKey, privateKey } = pairOf(algorithm);
    const [header = '', payload = '', signature = ''] = (await signed(algorithm, privateKey)).split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const shown = (value: Buffer) => `${header}.${payload}.${value.toString('base64url')}`;
    expect(isJwsSignedBy(publicKey, algorithm, shown(bytes))).toBe(true);
    const changed = Buffer.from(bytes);
    changed[5] = (changed[5] ?? 0) ^ 1;
    for (const wrong of [
      shown(changed),
      shown(bytes.subarray(1)),
      shown(Buffer.concat([bytes, Buffer.from([0])])),
      shown(Buffer.alloc(bytes.length)),
      shown(Buffer.alloc(0)),
      `${header}.${payload}x.${signature}`,
      `${header}.${payload}.${signature}=`,
      `${header}.${payload}`,
      signature,
      '',
    ]) {
      expect(isJwsSignedBy(publicKey, algorithm, wrong)).toBe(false);
    }
  });
});

test('no key verifies by an algorithm that is not its own', async () => {
  const { publicKey, privateKey } = pairOf('ES256');
  const jws = await signed('ES256', privateKey);
  for (const other of signatureAlgorithms.filter((algorithm) => algorithm !== 'ES256')) {
    expect(isJwsSignedBy(publicKey, other, jws)).toBe(false);
  }
  const byRsa = await signed('RS256', rsa.privateKey);
  expect(isJwsSignedBy(rsa.publicKey, 'PS256', byRsa)).toBe(false);
});

test('numbers with zeros in front verify as those of a JOSE library do', async () => {
  const { publicKey, privateKey } = pairOf('ES256');
  for (let n = 0; n < 600; n++) {
    const jws = await signed('ES256', privateKey, `text ${n}`);
    await compactVerify(jws, publicKey);
    expect(isJwsSignedBy(publicKey, 'ES256', jws)).toBe(true);
  }
});

test('an RSA signature that begins with a zero is none without it', { timeout: 60_000 }, async () => {
  for (let n = 0, found = 0; found < 1; n++) {
    const jws = await signed('PS256', rsa.privateKey, `text ${n}`);
    const end = jws.lastIndexOf('.') + 1;
    const bytes = Buffer.from(jws.slice(end), 'base64url');
    expect(isJwsSignedBy(rsa.publicKey, 'PS256', jws)).toBe(true);
    if (bytes[0] !== 0) continue;
    found += 1;
    const shorter = jws.slice(0, end) + bytes.subarray(1).toString('base64url');
    expect(isJwsSignedBy(rsa.publicKey, 'PS256', shorter)).toBe(false);
  }
});
