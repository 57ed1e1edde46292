import { expect, test } from 'vitest';
import { isTokenDue } from './token-due.ts';

const placed = { mintedAtMs: 1_000_000, ttlSeconds: 600 };

test('a node that has an unused token in its youth needs none', () => {
  expect(isTokenDue(placed, true, 1_000_000 + 299_000)).toBe(false);
});

test.each([
  ['it never had one', undefined, true, 1_000_000],
  ['its sidecar took it away', placed, false, 1_000_001],
  ['it is past half of its life', placed, true, 1_000_000 + 300_000],
])('a node needs a new token when %s', (_reason, token, isThere, nowMs) => {
  expect(isTokenDue(token, isThere, nowMs)).toBe(true);
});
