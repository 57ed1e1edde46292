import { expect, it } from 'vitest';
import { blockStartMs, fakeRequests } from './fake-load.ts';
import { traceLoad } from './load-series.ts';

const windows = {
  fromMs: blockStartMs,
  rotationFromMs: blockStartMs + 5500,
  rotationToMs: blockStartMs + 7000,
  toMs: blockStartMs + 10_000,
};

it('lays blocks over each other with the rotation at zero, in whole seconds only', () => {
  const requests = fakeRequests(() => ({ latencyMs: 2 }));
  const { acceptedPerSecond } = traceLoad([
    { windows, requests },
    { windows: { ...windows, rotationFromMs: blockStartMs + 4500 }, requests },
  ]);
  expect(acceptedPerSecond).toEqual([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4].map((second) => [second, 100]));
});

it('has a gap in the latency, and a zero in the rate, for a second in which nothing was accepted', () => {
  const requests = fakeRequests((second) => ({
    latencyMs: 2,
    outcome: second >= 5.5 && second < 6.5 ? 'failed' : 'accepted',
  }));
  const { acceptedPerSecond, latencyMsP99 } = traceLoad([{ windows, requests }]);
  expect(acceptedPerSecond).toContainEqual([0, 0]);
  expect(latencyMsP99).toContainEqual([0, null]);
  expect(latencyMsP99).toContainEqual([1, 2]);
});

it('takes longer steps for longer blocks', () => {
  const long = { ...windows, toMs: blockStartMs + 600_000 };
  const { stepSeconds, acceptedPerSecond } = traceLoad([{ windows: long, requests: [] }]);
  expect(stepSeconds).toBe(5);
  expect(acceptedPerSecond.length).toBeLessThanOrEqual(120);
});

it('is empty without blocks', () => {
  expect(traceLoad([])).toEqual({ stepSeconds: 1, acceptedPerSecond: [], latencyMsP99: [] });
});
