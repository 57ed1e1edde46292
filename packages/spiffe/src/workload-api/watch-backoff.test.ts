import { expect, it } from 'vitest';
import { watchRetryDelayMs } from './watch-backoff.ts';

const nothing = (failures: number) => ({ failures, heldLifetimeMs: undefined });

it('doubles from 100 ms up to 5 s before the first update', () => {
  const delays = [0, 1, 2, 20].map((failures) => watchRetryDelayMs(nothing(failures), 1));
  expect(delays).toEqual([100, 200, 400, 5000]);
});

it('leaves half of the delay to chance', () => {
  expect(watchRetryDelayMs(nothing(0), 0)).toBe(50);
});

it('waits no longer than a tenth of the shortest lifetime held, between half a second and half a minute', () => {
  const capped = [1000, 60_000, Number.POSITIVE_INFINITY].map((heldLifetimeMs) =>
    watchRetryDelayMs({ failures: 20, heldLifetimeMs }, 1),
  );
  expect(capped).toEqual([500, 6000, 30_000]);
});
