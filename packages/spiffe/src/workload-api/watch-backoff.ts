const FIRST_DELAY_MS = 100;
const DELAY_MS_MAX = 30_000;
const DELAY_MS_MAX_BEFORE_FIRST = 5000;
const DELAY_MS_MAX_FLOOR = 500;

export interface WatchProgress {
  /** Streams that have ended since the last message. */
  readonly failures: number;
  /** The shortest lifetime in the state that is held; undefined while there is none. */
  readonly heldLifetimeMs: number | undefined;
}

/**
 * How long to wait before stream number `failures + 1`: doubled each time, half of it left to
 * `jitter` in [0, 1). The cap is a tenth of the shortest lifetime held, so that a renewed SVID
 * is not missed for long.
 */
export function watchRetryDelayMs({ failures, heldLifetimeMs }: WatchProgress, jitter: number): number {
  const delay = Math.min(FIRST_DELAY_MS * 2 ** Math.min(failures, 20), delayMsMax(heldLifetimeMs));
  return delay * (0.5 + jitter / 2);
}

function delayMsMax(heldLifetimeMs: number | undefined): number {
  if (heldLifetimeMs === undefined) return DELAY_MS_MAX_BEFORE_FIRST;
  return Math.max(DELAY_MS_MAX_FLOOR, Math.min(DELAY_MS_MAX, heldLifetimeMs / 10));
}
