import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { bearerKeyIn, isSameStaticKey } from './verify-static-key.ts';

const key = `moltbook_sk_${randomBytes(24).toString('base64url')}`;

describe('a static key', () => {
  test('is read from a bearer header, whatever the case of the scheme', () => {
    expect(bearerKeyIn(`Bearer ${key}`)).toEqual({ kind: 'key', key });
    expect(bearerKeyIn(`bearer ${key}`)).toEqual({ kind: 'key', key });
  });

  test.each([undefined, '', 'Bearer', 'Basic dXNlcjpwYXNz', `Bearer ${key} ${key}`, key])(
    'is missing in %j',
    (header) => {
      expect(bearerKeyIn(header)).toEqual({ kind: 'missing' });
    },
  );

  test.each([`${key}x`, key.slice(0, -1), 'spiffe://moltbook.test/agent/a', key.replace('_sk_', '_xx_')])(
    'is no token of another shape: %s',
    (token) => {
      expect(bearerKeyIn(`Bearer ${token}`)).toEqual({ kind: 'malformed', token });
    },
  );

  test.each([
    `Bearer ${key}, Bearer ${key}`,
    `Bearer ${key},${key}`,
    `DPoP ${key}`,
    `Bearer\t${key}`,
    `Bearer ${key}\n`,
    `xBearer ${key}`,
  ])('is not read from two values or another scheme: %j', (header) => {
    expect(bearerKeyIn(header).kind).not.toBe('key');
  });

  test.each([key.toUpperCase(), key.slice(0, 24), `${key.slice(0, -1)}%`, `sha256:${'0'.repeat(64)}`])(
    'is no beginning, pattern, other case or hash of one: %s',
    (token) => {
      expect(bearerKeyIn(`Bearer ${token}`).kind).toBe('malformed');
      expect(isSameStaticKey(token, key)).toBe(false);
    },
  );

  test('equals itself and nothing else', () => {
    expect(isSameStaticKey(key, key)).toBe(true);
    expect(isSameStaticKey(key, `${key}x`)).toBe(false);
    expect(isSameStaticKey(key, key.slice(0, -1))).toBe(false);
  });
});
