import fc from 'fast-check';
import { expect, test } from 'vitest';
import { refreshPauseSeconds } from './refresh-pause.ts';

const pause = (refreshHintSeconds: number | undefined, failures: number, random = 0) =>
  refreshPauseSeconds({ refreshHintSeconds, failures }, random);

test('the hint is followed, five minutes where there is none, and a tenth of it is left to chance', () => {
  expect(pause(60, 0)).toBe(60);
  expect(pause(undefined, 0)).toBe(300);
  expect(pause(60, 0, 0.999)).toBeCloseTo(54, 0);
});

test('a hint of nothing does not make us spin, and one of a century does not make us sleep', () => {
  expect(pause(0, 0)).toBe(1);
  expect(pause(3_155_760_000, 0)).toBe(86_400);
});

test('an endpoint that fails is asked after a quarter of the hint, then a half, then the whole', () => {
  expect([1, 2, 3, 4, 1000].map((failures) => pause(60, failures))).toEqual([15, 30, 60, 60, 60]);
});

test('whatever is hinted at and however often it failed, the pause is from a second to a day', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), fc.nat(), fc.double({ min: 0, max: 1, noNaN: true }), (...of) => {
      const seconds = pause(...of);
      expect(seconds).toBeGreaterThanOrEqual(1);
      expect(seconds).toBeLessThanOrEqual(86_400);
    }),
  );
});
