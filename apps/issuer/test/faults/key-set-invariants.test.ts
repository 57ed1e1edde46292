import { describe, expect, it } from 'vitest';
import { type KeySetsSeen, keySetViolations, type StoredKey } from './key-set-invariants.ts';

const key = (published: string, changes: Partial<StoredKey> = {}): StoredKey => ({
  id: published,
  kind: 'x509',
  published,
  isActivated: true,
  hasKey: true,
  ...changes,
});
const old = key('a0', { hasKey: false });
const next = key('c0', { isActivated: false });
const sound: KeySetsSeen = {
  stored: [old, key('b0'), next],
  bundles: { one: ['b0', 'a0', 'c0'], two: ['a0', 'b0', 'c0'] },
  bundled: ['x509'],
};

it('finds nothing in a set with one previous, one current and one next key', () => {
  expect(keySetViolations(sound)).toEqual([]);
});

describe('finds', () => {
  const stored = (...keys: StoredKey[]): KeySetsSeen => ({ ...sound, stored: keys, bundles: {} });
  it.each<[string, KeySetsSeen, string]>([
    ['two current keys', stored(key('a0'), key('b0')), '2 current x509 keys'],
    ['no current key', stored(old, next), '0 current x509 keys'],
    ['two next keys', stored(key('b0'), next, key('d0', { isActivated: false })), 'more than one next'],
    ['a key that is stored twice', stored(key('b0'), old, old), 'stored twice'],
    ['a set that is not there', stored(), 'no x509 key at all'],
    ['an issuer with another bundle', { ...sound, bundles: { one: ['a0', 'b0'] } }, 'the bundle of one'],
  ])('%s', (_what, seen, words) => {
    expect(keySetViolations(seen)).toEqual([expect.stringContaining(words)]);
  });
});
