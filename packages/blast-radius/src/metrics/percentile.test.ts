import { expect, it } from 'vitest';
import { percentile } from './percentile.ts';

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

it('is a value that was really measured, the one of the nearest rank', () => {
  expect([0.5, 0.99, 0.999].map((share) => percentile(upTo(1000), share))).toEqual([500, 990, 999]);
  expect([0.5, 0.99, 0.999].map((share) => percentile(upTo(1001), share))).toEqual([501, 991, 1000]);
  expect(percentile([1, 2], 0.5)).toBe(1);
  expect(percentile(upTo(100), 0.07)).toBe(7);
});

it('is the greatest value where there are too few for the rank below it', () => {
  expect(percentile(upTo(99), 0.99)).toBe(99);
  expect(percentile(upTo(100), 0.99)).toBe(99);
  expect(percentile(upTo(999), 0.999)).toBe(999);
  expect(percentile([7], 0.5)).toBe(7);
});

it('is null of nothing, not zero', () => {
  expect(percentile([], 0.99)).toBeNull();
});

it('takes the least value for a share of nothing', () => {
  expect(percentile([3, 4], 0)).toBe(3);
});
