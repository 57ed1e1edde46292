const FIRST_DELAY_MS = 200;
const DELAY_MS_MAX = 30_000;
const DELAY_MS_MAX_FLOOR = 500;

/**
 * How long to wait after the `failures`th failure in a row: doubled each time up to a cap, half
 * of it left to `jitter` in [0, 1). The cap follows the lifetime of what is to be renewed: with
 * SVIDs that live for seconds, half a minute is too long to wait.
 */
export function retryDelayMs(failures: number, lifetimeMs: number, jitter: number): number {
  const cap = Math.max(DELAY_MS_MAX_FLOOR, Math.min(DELAY_MS_MAX, lifetimeMs / 10));
  const delay = Math.min(cap, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 20));
  return delay * (0.5 + jitter / 2);
}
