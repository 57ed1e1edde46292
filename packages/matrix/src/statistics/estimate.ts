import { createRandom } from '@blastradius/kernel';
import { median, quantile, sampleWithReplacement } from 'simple-statistics';

/** A median and its 95 % interval by bootstrap; without an interval where there is one value alone. */
export interface Estimate {
  readonly n: number;
  readonly median: number;
  readonly low: number | null;
  readonly high: number | null;
}

const RESAMPLES = 2000;
const INTERVAL = [0.025, 0.975] as const;

/** Percentile bootstrap of the median; the same values give the same interval. Null of nothing. */
export function estimate(values: readonly number[]): Estimate | null {
  const [first] = values;
  if (first === undefined) return null;
  const middle = rounded(median([...values]));
  if (values.length === 1) return { n: 1, median: middle, low: null, high: null };
  if (values.every((value) => value === first)) {
    return { n: values.length, median: middle, low: middle, high: middle };
  }
  const random = createRandom('bootstrap');
  const medians = Array.from({ length: RESAMPLES }, () =>
    median(sampleWithReplacement([...values], values.length, random.next)),
  );
  const [low, high] = quantile(medians, INTERVAL);
  return { n: values.length, median: middle, low: rounded(low ?? middle), high: rounded(high ?? middle) };
}

/** Values of one arm less those of another by the same key (leak and seed); keys that one lacks are left out. */
export function pairedDifferences(
  of: ReadonlyMap<string, number>,
  against: ReadonlyMap<string, number>,
): number[] {
  return [...of].flatMap(([pair, value]) => {
    const other = against.get(pair);
    return other === undefined ? [] : [value - other];
  });
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
