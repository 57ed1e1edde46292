/**
 * The lifetime of an SVID in whole seconds, as X.509 has them: rounded down, so that nothing
 * lives longer than it was granted, but never so far that it would be born dead. Backdated by a
 * second for clocks that lag.
 */
export function svidLifetime(now: Date, ttlSeconds: number): { notBefore: Date; notAfter: Date } {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  const endSeconds = Math.floor(now.getTime() / 1000 + ttlSeconds);
  return {
    notBefore: new Date((nowSeconds - 1) * 1000),
    notAfter: new Date(Math.max(endSeconds, nowSeconds + 2) * 1000),
  };
}
