import { createCipheriv, createDecipheriv, createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { KeyEncryptionKeyWrong } from './authority.errors.ts';

const format = 1;
const ivBytes = 12;
const tagBytes = 16;

/**
 * Encrypts an authority's key for storage: AES-256-GCM, the authority's id as associated data, so
 * that a wrapped key can't be put in another authority's place. Layout: format, IV, tag, PKCS #8.
 */
export function wrapKey(privateKey: KeyObject, authorityId: string, keyEncryptionKey: Uint8Array): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv('aes-256-gcm', keyEncryptionKey, iv).setAAD(Buffer.from(authorityId));
  const plain = privateKey.export({ type: 'pkcs8', format: 'der' });
  const encrypted = Buffer.concat([cipher.update(plain), cipher.final()]);
  plain.fill(0);
  return Buffer.concat([Buffer.from([format]), iv, cipher.getAuthTag(), encrypted]);
}

export function unwrapKey(wrapped: Uint8Array, authorityId: string, keyEncryptionKey: Uint8Array): KeyObject {
  try {
    if (wrapped[0] !== format) throw new TypeError('unknown format');
    const iv = wrapped.subarray(1, 1 + ivBytes);
    const tag = wrapped.subarray(1 + ivBytes, 1 + ivBytes + tagBytes);
    const decipher = createDecipheriv('aes-256-gcm', keyEncryptionKey, iv, { authTagLength: tagBytes })
      .setAAD(Buffer.from(authorityId))
      .setAuthTag(tag);
    const plain = Buffer.concat([
      decipher.update(wrapped.subarray(1 + ivBytes + tagBytes)),
      decipher.final(),
    ]);
    const key = createPrivateKey({ key: plain, format: 'der', type: 'pkcs8' });
    plain.fill(0);
    return key;
  } catch (cause) {
    throw new KeyEncryptionKeyWrong(
      'KEY_ENCRYPTION_KEY does not open the key of a stored authority: it is not the key it was stored with',
      { cause, context: { authorityId } },
    );
  }
}
