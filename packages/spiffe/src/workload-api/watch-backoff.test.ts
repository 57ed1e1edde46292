import { expect, it } from 'vitest';
import { X509BundleSet } from '../bundle/x509-bundle.ts';
import { watchRetryDelayMs } from './watch-backoff.ts';

it('doubles from 100 ms up to 5 s before the first update', () => {
  const delays = [0, 1, 2, 20].map((failures) => watchRetryDelayMs(failures, undefined, 1));
  expect(delays).toEqual([100, 200, 400, 5000]);
});

it('leaves half of the delay to chance', () => {
  expect(watchRetryDelayMs(0, undefined, 0)).toBe(50);
});

it('is capped like an empty state when nothing is held', () => {
  expect(watchRetryDelayMs(20, { svids: [], bundles: new X509BundleSet() }, 1)).toBe(5000);
});
