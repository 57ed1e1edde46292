/** Where a bundle has no refresh hint (SPIFFE Trust Domain and Bundle, section 4.1.2). */
const DEFAULT_SECONDS = 300;
/** Whoever hints at less must not have us spin, and whoever hints at more must not have us miss what it revokes. */
const SECONDS_MIN = 1;
const SECONDS_MAX = 86_400;
/** An endpoint that was away is asked again before the hint is over, and not much more often. */
const TRIES_IN_ONE_HINT = 4;

export interface RefreshState {
  readonly refreshHintSeconds: number | undefined;
  /** Failures since the last success. */
  readonly failures: number;
}

/**
 * How long to wait before the endpoint is asked again. Never longer than the hint; a tenth of it is chance,
 * so that those who began together do not ask together. After a failure a quarter of the hint, then a half,
 * then the whole. `random` is from 0 up to 1.
 */
export function refreshPauseSeconds({ refreshHintSeconds, failures }: RefreshState, random: number): number {
  const hint = Math.min(Math.max(refreshHintSeconds ?? DEFAULT_SECONDS, SECONDS_MIN), SECONDS_MAX);
  const share = failures === 0 ? 1 : Math.min(1, 2 ** (failures - 1) / TRIES_IN_ONE_HINT);
  return Math.max(SECONDS_MIN, hint * share * (1 - random / 10));
}
