/** Three decimals: finer than any clock of the range, and the same text from the same ledgers. */
export function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** A share with six decimals; null where there is nothing to take a share of. */
export function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : Math.round((part / whole) * 1e6) / 1e6;
}
