import { rounded } from './rounding.ts';

/**
 * Nearest rank: the smallest measured value that at least this share of all values doesn't exceed;
 * never one in between. Null of nothing. Of fewer than 100 (1,000) values the 99th (99.9th)
 * percentile is the greatest one.
 */
export function percentile(sorted: ArrayLike<number>, share: number): number | null {
  // 0.999 * 1000 is 999 in floating point, but 0.07 * 100 is 7.000000000000001: rank 7, not 8.
  const rank = Math.ceil(share * sorted.length - 1e-9);
  const value = sorted[Math.max(0, rank - 1)];
  return value === undefined ? null : rounded(value);
}
