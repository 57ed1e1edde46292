import { expect, it } from 'vitest';
import { ratioOf } from './ratio.ts';
import { studentT975 } from './student-t.ts';

const pair = (value: number | null, baseline: number | null) => ({ value, baseline });

it('has the interval of Student’s t over the logarithms', () => {
  // log 2 and log 4: mean 1.0397, standard error 0.3466, times 12.7062 for one degree of freedom.
  expect(ratioOf([pair(2, 1), pair(4, 1)])).toEqual({
    pairs: 2,
    ratio: 2.828,
    low: 0.0346,
    high: 231.2,
  });
});

it('narrows with the number of pairs that agree', () => {
  const some = [pair(2, 1), pair(2.2, 1), pair(2.1, 1)];
  const [few, many] = [ratioOf(some), ratioOf([...some, ...some, ...some])];
  expect(few.low).toBeLessThan(many.low ?? 0);
  expect(few.high).toBeGreaterThan(many.high ?? 0);
});

it('is the same whichever arm is the baseline, turned over', () => {
  const { ratio, low, high } = ratioOf([pair(1, 2), pair(1, 4)]);
  expect([1 / (ratio ?? 0), 1 / (high ?? 0), 1 / (low ?? 0)].map((value) => value.toPrecision(3))).toEqual([
    '2.83',
    '0.0346',
    '231',
  ]);
});

it('has no interval with one pair, and no ratio without any', () => {
  expect(ratioOf([pair(3, 2)])).toEqual({ pairs: 1, ratio: 1.5, low: null, high: null });
  expect(ratioOf([])).toEqual({ pairs: 0, ratio: null, low: null, high: null });
});

it('leaves out pairs with a gap or a zero, and says how many are left', () => {
  expect(ratioOf([pair(null, 2), pair(2, 0), pair(0, 2), pair(2, 2)]).pairs).toBe(1);
});

it('goes on from the table to the expansion without a step', () => {
  expect(studentT975(1)).toBe(12.7062);
  expect(studentT975(30)).toBe(2.0423);
  expect(studentT975(31)).toBeCloseTo(2.0395, 3);
  expect(studentT975(100)).toBeCloseTo(1.984, 3);
  expect(studentT975(1e6)).toBeCloseTo(1.96, 3);
});
