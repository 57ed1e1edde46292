import { expect, test } from 'vitest';
import { VerifiedTokens } from './verified-tokens.ts';

const [keys, nextKeys] = [{}, {}];

test('a token that was verified by these keys is known, and no other text', () => {
  const verified = new VerifiedTokens<number>();
  verified.add('a.b.c', keys, 1);
  expect(verified.get('a.b.c', keys)).toBe(1);
  expect(verified.get('a.b.d', keys)).toBeUndefined();
});

test('with the next state of the keys nothing is known, and what was is forgotten', () => {
  const verified = new VerifiedTokens<number>();
  verified.add('a.b.c', keys, 1);
  expect(verified.get('a.b.c', nextKeys)).toBeUndefined();
  verified.add('d.e.f', nextKeys, 2);
  expect(verified.get('a.b.c', keys)).toBeUndefined();
  expect(verified.get('a.b.c', nextKeys)).toBeUndefined();
  expect(verified.get('d.e.f', nextKeys)).toBe(2);
});

test('it does not grow for ever', () => {
  const verified = new VerifiedTokens<number>(2);
  for (const [index, token] of ['a', 'b', 'c'].entries()) verified.add(token, keys, index);
  expect(['a', 'b', 'c'].map((token) => verified.get(token, keys))).toEqual([undefined, 1, 2]);
});
