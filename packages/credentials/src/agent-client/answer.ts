import type { Outcome } from './outcome.ts';

/** What became of one request; also a request that never got an answer has one of these. */
export interface Answer {
  readonly outcome: Outcome;
  /** Null where no answer came. */
  readonly status: number | null;
  /** Parsed JSON; the text itself where it is none. */
  readonly body: unknown;
  readonly latencyMs: number;
  /** The `x-request-id` that was sent. */
  readonly requestId: string;
  /**
   * Why no answer came (`ECONNREFUSED` and the like); `credential-missing (…)` where nothing was sent,
   * because what to show could not be had.
   */
  readonly error?: string;
}
