import { expect, test } from 'vitest';
import { cpuAt, cpuSecondsIn, watchProcessorTime } from './processor-time.ts';

test('user and system time are read behind a name that looks like fields', () => {
  expect(cpuSecondsIn('12 (k6 (a) 1 2) S 1 12 12 0 -1 4194304 500 0 0 0 250 50 0 0 20 0 9 0 100 0 0')).toBe(
    3,
  );
});

test('time within a span is interpolated between the samples around its ends', () => {
  const samples = [
    { atMs: 0, cpuSeconds: 0 },
    { atMs: 1000, cpuSeconds: 1 },
    { atMs: 2000, cpuSeconds: 1.5 },
  ];
  expect(cpuAt(samples, 500)).toBeCloseTo(0.5);
  expect(cpuAt(samples, 1500)).toBeCloseTo(1.25);
  expect(cpuAt(samples, -5)).toBe(0);
  expect(cpuAt(samples, 9000)).toBe(1.5);
  expect(cpuAt([], 1)).toBe(0);
});

test('a busy process is seen to be busy, and one that is gone no longer', async () => {
  const time = watchProcessorTime(process.pid);
  const fromMs = Date.now();
  for (let spin = 0; Date.now() - fromMs < 300; spin++) Math.sqrt(spin);
  await new Promise((resolve) => setTimeout(resolve, 20));
  time.stop();
  expect(time.between(fromMs, Date.now())).toBeGreaterThan(0.05);
  const gone = watchProcessorTime(2 ** 30);
  gone.stop();
  expect(gone.between(0, Date.now())).toBe(0);
});
