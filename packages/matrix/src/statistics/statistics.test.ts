import { expect, test } from 'vitest';
import { estimate, pairedDifferences } from './estimate.ts';
import { survivalCurve } from './survival.ts';

test('the median is the middle value, and its interval lies within the measured values', () => {
  const found = estimate([10, 12, 11, 30, 9]);
  expect(found).toMatchObject({ n: 5, median: 11 });
  expect(found?.low).toBeGreaterThanOrEqual(9);
  expect(found?.low).toBeLessThan(11);
  expect(found?.high).toBe(30);
});

test('the bootstrap interval of a large sample is near the one that theory gives', () => {
  // The median of 401 evenly spread values: standard error 1 / (2 sqrt(n)) of the range, so about ±20.
  const found = estimate(Array.from({ length: 401 }, (_, i) => i));
  expect(found?.median).toBe(200);
  expect(Math.abs((found?.low ?? 0) - 180)).toBeLessThan(6);
  expect(Math.abs((found?.high ?? 0) - 220)).toBeLessThan(6);
});

test('one value has no interval, equal values have one of no width, and nothing has no estimate', () => {
  expect(estimate([7])).toEqual({ n: 1, median: 7, low: null, high: null });
  expect(estimate([3, 3, 3])).toEqual({ n: 3, median: 3, low: 3, high: 3 });
  expect(estimate([])).toBeNull();
});

test('the same values give the same interval', () => {
  expect(estimate([1, 5, 9])).toEqual(estimate([1, 5, 9]));
});

test('differences are taken between trials of the same seed alone', () => {
  const of = new Map([
    ['a', 5],
    ['b', 1],
    ['c', 9],
  ]);
  const against = new Map([
    ['a', 7],
    ['b', 4],
    ['d', 100],
  ]);
  expect(pairedDifferences(of, against)).toEqual([-2, -3]);
});

test('survival is the product limit: Kaplan and Meier’s own kind of table', () => {
  // At 6: 3 of 7 at risk end; one is lost at 10 before anyone ends; at 16 one of 3, at 22 one of 2.
  const curve = survivalCurve([
    { minutes: 6, ended: true },
    { minutes: 6, ended: true },
    { minutes: 6, ended: true },
    { minutes: 10, ended: false },
    { minutes: 16, ended: true },
    { minutes: 22, ended: true },
    { minutes: 30, ended: false },
  ]);
  expect(curve).toEqual([
    [0, 1],
    [6, 0.5714],
    [16, 0.381],
    [22, 0.1905],
    [30, 0.1905],
  ]);
});

test('credentials that all still work survive in full for as long as anyone looked', () => {
  expect(survivalCurve([{ minutes: 40, ended: false }])).toEqual([
    [0, 1],
    [40, 1],
  ]);
  expect(survivalCurve([])).toEqual([]);
});
