import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { KeyEncryptionKeyWrong } from './authority.errors.ts';
import { unwrapKey, wrapKey } from './key-wrapping.ts';

const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const keyEncryptionKey = randomBytes(32);

describe('a wrapped key', () => {
  it('opens to the key it was, and shows nothing of it', () => {
    const wrapped = wrapKey(privateKey, 'authority-1', keyEncryptionKey);
    expect(unwrapKey(wrapped, 'authority-1', keyEncryptionKey).equals(privateKey)).toBe(true);
    const secret = privateKey.export({ format: 'jwk' }).d ?? '';
    expect(wrapped.includes(Buffer.from(secret, 'base64url'))).toBe(false);
  });

  it('does not open with another key, nor in another authority’s place', () => {
    const wrapped = wrapKey(privateKey, 'authority-1', keyEncryptionKey);
    expect(() => unwrapKey(wrapped, 'authority-1', randomBytes(32))).toThrow(KeyEncryptionKeyWrong);
    expect(() => unwrapKey(wrapped, 'authority-2', keyEncryptionKey)).toThrow(KeyEncryptionKeyWrong);
  });

  it('does not open once any of its bytes is changed, or when it is cut', () => {
    const wrapped = wrapKey(privateKey, 'a', keyEncryptionKey);
    for (let index = 0; index < wrapped.length; index += 1) {
      const changed = Buffer.from(wrapped);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => unwrapKey(changed, 'a', keyEncryptionKey)).toThrow(KeyEncryptionKeyWrong);
    }
    for (const size of [0, 1, 12, 20, wrapped.length - 1]) {
      expect(() => unwrapKey(wrapped.subarray(0, size), 'a', keyEncryptionKey)).toThrow(
        KeyEncryptionKeyWrong,
      );
    }
  });
});
