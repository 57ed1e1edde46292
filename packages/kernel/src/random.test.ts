import { expect, test } from 'vitest';
import { createRandom } from './random.ts';

const draw = (seed: string, count: number) => {
  const random = createRandom(seed);
  return Array.from({ length: count }, () => random.next());
};

test('the same seed gives the same numbers, another seed others', () => {
  expect(draw('a', 20)).toEqual(draw('a', 20));
  expect(draw('a', 20)).not.toEqual(draw('b', 20));
});

test('numbers lie in [0, 1) and spread evenly', () => {
  const numbers = draw('spread', 20_000);
  expect(numbers.every((n) => n >= 0 && n < 1)).toBe(true);
  const mean = numbers.reduce((a, b) => a + b) / numbers.length;
  expect(mean).toBeGreaterThan(0.49);
  expect(mean).toBeLessThan(0.51);
});

test('a fork draws without moving its parent', () => {
  const parent = createRandom('x');
  parent.fork('child').next();
  expect(parent.next()).toBe(createRandom('x').next());
});

test('a shuffle keeps every item', () => {
  const items = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = createRandom('s').shuffle(items);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(items);
});

test('an exponential has its mean, a log-normal its median', () => {
  const random = createRandom('d');
  const gaps = Array.from({ length: 20_000 }, () => random.exponential(7));
  expect(gaps.reduce((a, b) => a + b) / gaps.length).toBeCloseTo(7, 0);
  const values = Array.from({ length: 20_001 }, () => random.logNormal(120, 0.8)).sort((a, b) => a - b);
  expect(Math.abs((values[10_000] ?? 0) - 120)).toBeLessThan(5);
});
