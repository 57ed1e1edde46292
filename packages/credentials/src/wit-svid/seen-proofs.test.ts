import { expect, test } from 'vitest';
import { SeenProofs } from './seen-proofs.ts';

test('a proof is taken once while it lives', () => {
  const seen = new SeenProofs();
  expect(seen.take('a', 1000, 0)).toBe(true);
  expect(seen.take('a', 1000, 999)).toBe(false);
  expect(seen.take('b', 1000, 999)).toBe(true);
});

test('what has ended is forgotten, so that a server which lives for long does not fill up', () => {
  const seen = new SeenProofs(50);
  for (let n = 0; n < 1000; n++) expect(seen.take(String(n), n + 10, n)).toBe(true);
});

test('where too many live at once none is taken, rather than one twice', () => {
  const seen = new SeenProofs(50);
  for (let n = 0; n < 50; n++) seen.take(String(n), 1000, 0);
  expect(seen.take('more', 1000, 0)).toBe(false);
  expect(seen.take('more', 2000, 1001)).toBe(true);
});
