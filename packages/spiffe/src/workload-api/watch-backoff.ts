import type { X509Context } from './x509-context.ts';

const FIRST_DELAY_MS = 100;
const DELAY_MS_MAX = 30_000;
const DELAY_MS_MAX_BEFORE_FIRST = 5000;
const DELAY_MS_MAX_FLOOR = 500;

/**
 * How long to wait before stream number `failures + 1`: doubled each time, half of it left to
 * `jitter` in [0, 1). The cap is a tenth of the shortest lifetime held, so that a renewed SVID
 * is not missed for long.
 */
export function watchRetryDelayMs(failures: number, held: X509Context | undefined, jitter: number): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 20), delayMsMax(held));
  return delay * (0.5 + jitter / 2);
}

function delayMsMax(held: X509Context | undefined): number {
  if (held === undefined || held.svids.length === 0) return DELAY_MS_MAX_BEFORE_FIRST;
  let shortestMs = Number.POSITIVE_INFINITY;
  for (const { notBefore, notAfter } of held.svids) {
    shortestMs = Math.min(shortestMs, notAfter.getTime() - notBefore.getTime());
  }
  return Math.max(DELAY_MS_MAX_FLOOR, Math.min(DELAY_MS_MAX, shortestMs / 10));
}
