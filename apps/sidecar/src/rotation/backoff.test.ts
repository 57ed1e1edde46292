import { expect, it } from 'vitest';
import { retryDelayMs } from './backoff.ts';

it('doubles from 200 ms up to a cap of 30 s', () => {
  const delays = [1, 2, 3, 4, 100].map((failures) => retryDelayMs(failures, 3_600_000, 1));
  expect(delays).toEqual([200, 400, 800, 1600, 30_000]);
});

it('caps at a tenth of a short lifetime, but not below half a second', () => {
  expect(retryDelayMs(100, 7000, 1)).toBe(700);
  expect(retryDelayMs(100, 1000, 1)).toBe(500);
});

it('leaves half of the delay to chance', () => {
  expect(retryDelayMs(1, 7000, 0)).toBe(100);
});
