import { describe, expect, it } from 'vitest';
import { dueForRenewal, hasEnded, renewAtMs } from './renewal-time.ts';

const hour = { requestedAtMs: 1_000_000, notAfterMs: 1_000_000 + 3_600_000 };

describe('renewAtMs', () => {
  it('is half of the lifetime, a tenth to either side', () => {
    expect(renewAtMs(hour, 0.5)).toBe(1_000_000 + 1_800_000);
    expect(renewAtMs(hour, 0)).toBe(1_000_000 + 1_620_000);
    expect(renewAtMs(hour, 1)).toBe(1_000_000 + 1_980_000);
  });

  it('scales down to lifetimes of seconds', () => {
    expect(renewAtMs({ requestedAtMs: 0, notAfterMs: 7000 }, 0.5)).toBe(3500);
  });
});

describe('dueForRenewal', () => {
  const svid = (renewAt: number) => ({ requestedAtMs: 0, notAfterMs: 10_000, renewAtMs: renewAt });

  it('is empty until one is due', () => {
    expect(dueForRenewal([svid(5001), svid(5002)], 5000)).toEqual([]);
  });

  it('takes along what would be due soon, so that there is one batch', () => {
    const svids = [svid(5000), svid(5400), svid(5600)];
    expect(dueForRenewal(svids, 5000)).toEqual([svids[0], svids[1]]);
  });
});

it('an SVID has ended at its notAfter', () => {
  expect(hasEnded(hour, hour.notAfterMs - 1)).toBe(false);
  expect(hasEnded(hour, hour.notAfterMs)).toBe(true);
});
