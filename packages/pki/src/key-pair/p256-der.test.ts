import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { expect, it } from 'vitest';
import { p256Der } from './p256-der.ts';

it('encodes keys on P-256 as OpenSSL does, byte for byte', () => {
  // Two hundred keys: scalars and coordinates that begin with a zero byte are among them.
  for (let made = 0; made < 200; made++) {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const { spki, pkcs8 } = p256Der(privateKey);
    expect(Buffer.from(spki)).toEqual(publicKey.export({ type: 'spki', format: 'der' }));
    expect(Buffer.from(pkcs8)).toEqual(privateKey.export({ type: 'pkcs8', format: 'der' }));
  }
});

it('keeps the zero bytes at the beginning of a scalar', () => {
  const scalar = Buffer.concat([Buffer.alloc(31), Buffer.from([7])]);
  // Seven times the base point, as OpenSSL has it of the scalar alone (RFC 5915: the point is optional).
  const head = '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420';
  const der = Buffer.concat([Buffer.from(head, 'hex'), scalar]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const { spki, pkcs8 } = p256Der(key);
  const again = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' });
  expect(again.equals(key)).toBe(true);
  expect(createPublicKey(key).export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(spki));
});

it('refuses keys of other kinds', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  expect(() => p256Der(privateKey)).toThrow(/P-256/);
  expect(() => p256Der(publicKey)).toThrow(/P-256/);
});
