import { z } from 'zod';
import { studentT975 } from './student-t.ts';

export const ratio = z.strictObject({
  pairs: z.int().describe('n: neighbouring blocks of which both have the number, above zero'),
  ratio: z.number().nullable().describe('geometric mean over the pairs'),
  low: z.number().nullable().describe('of the 95 % interval; null with fewer than two pairs'),
  high: z.number().nullable(),
});
export type Ratio = z.infer<typeof ratio>;

/** A number of the arm, and of the one it is compared with, from neighbouring blocks. */
export interface Pair {
  readonly value: number | null;
  readonly baseline: number | null;
}

/**
 * The ratio of two arms from paired blocks: the mean of the logarithms, with Student's t interval
 * over the pairs. A ratio is taken within a pair only, so that a machine which slows down from block
 * to block slows both of its sides. Pairs with a gap or a zero have no logarithm and are left out.
 */
export function ratioOf(pairs: readonly Pair[]): Ratio {
  const logs = pairs.flatMap(({ value, baseline }) =>
    value && baseline ? [Math.log(value / baseline)] : [],
  );
  const n = logs.length;
  if (n === 0) return { pairs: 0, ratio: null, low: null, high: null };
  const mean = logs.reduce((sum, log) => sum + log, 0) / n;
  if (n === 1) return { pairs: 1, ratio: significant(Math.exp(mean)), low: null, high: null };
  const variance = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (n - 1);
  const half = studentT975(n - 1) * Math.sqrt(variance / n);
  return {
    pairs: n,
    ratio: significant(Math.exp(mean)),
    low: significant(Math.exp(mean - half)),
    high: significant(Math.exp(mean + half)),
  };
}

/** With so few pairs an interval may be as wide as 0.0002 to 5,000: digits that mean something at both ends. */
const significant = (value: number) => Number(value.toPrecision(4));
