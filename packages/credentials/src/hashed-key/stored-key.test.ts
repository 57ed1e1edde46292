import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { bearerKeyIn } from '../static-key/verify-static-key.ts';
import { isHashOfKey, keptHashed, keptPlain } from './stored-key.ts';

const key = () => `moltbook_sk_${randomBytes(24).toString('base64url')}`;

test('the hash of a key is the same each time, and another for another key', () => {
  const one = key();
  expect(keptHashed(one)).toBe(keptHashed(one));
  expect(keptHashed(one)).not.toBe(keptHashed(key()));
});

test('what is kept of a key is no key: shown as one, it is malformed', () => {
  const one = key();
  expect(bearerKeyIn(`Bearer ${keptHashed(one)}`).kind).toBe('malformed');
  expect(bearerKeyIn(`Bearer ${keptPlain(one)}`).kind).toBe('key');
});

test('a hash can be told from a key', () => {
  expect(isHashOfKey(keptHashed(key()))).toBe(true);
  expect(isHashOfKey(key())).toBe(false);
});
