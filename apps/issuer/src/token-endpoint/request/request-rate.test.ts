import { describe, expect, it } from 'vitest';
import { RequestRate } from './request-rate.ts';

describe('the rate of an address', () => {
  it('is a second’s worth at once, then as many as come back with time', () => {
    const rate = new RequestRate(10);
    const at = (nowMs: number) =>
      Array.from({ length: 30 }, () => rate.admits('a', nowMs)).filter(Boolean).length;
    expect([at(0), at(0), at(500), at(500), at(60_000)]).toEqual([10, 0, 5, 0, 10]);
  });

  it('is nobody else’s', () => {
    const rate = new RequestRate(1);
    expect([rate.admits('a', 0), rate.admits('a', 0), rate.admits('b', 0)]).toEqual([true, false, true]);
  });

  it('is remembered for those that ask most, however many others come', () => {
    const rate = new RequestRate(1);
    for (let n = 0; n < 30_000; n++) {
      rate.admits(`other-${n}`, 0);
      if (n > 0 && n % 5000 === 0) expect(rate.admits('busy', 0)).toBe(n === 5000);
    }
  });
});
