import { expect, test } from 'vitest';
import { compare, medianOf } from './compare.ts';
import { median, percentile } from './statistics.ts';

/** A machine that gets slower with each thing it does. */
function tiringMachine() {
  let done = 0;
  return (speed: number) => speed * 0.97 ** done++;
}

test('contenders take turns in going first, after one round that is not kept', async () => {
  const order: string[] = [];
  const contender = (name: string) => ({ name, measure: () => order.push(name) });
  const contenders = [contender('a'), contender('b')];
  const { contenders: measured } = await compare({ title: 't', unit: '/s', rounds: 3, contenders });
  expect(order.join('')).toBe('abbaabba');
  expect(measured.map(({ values }) => values.length)).toEqual([3, 3]);
});

test('the ratio of two is right though the machine gets slower all the time', async () => {
  const work = tiringMachine();
  const compared = await compare({
    title: 't',
    unit: '/s',
    rounds: 8,
    contenders: [
      { name: 'slow', measure: () => work(100) },
      { name: 'fast', measure: () => work(200) },
    ],
  });
  const [slow, fast] = compared.contenders;
  expect(slow?.ratio).toEqual({ median: 1, min: 1, max: 1 });
  expect(fast?.ratio.median).toBeCloseTo(2, 2);
  // The control: the first round alone would have told another story than the last.
  expect(medianOf(compared, 'fast')).toBeLessThan(200 * 0.8);
});

test('medians and percentiles are those of the book', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(median([])).toBeNaN();
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect([percentile(hundred, 0.5), percentile(hundred, 0.95), percentile(hundred, 1)]).toEqual([
    50, 95, 100,
  ]);
});
