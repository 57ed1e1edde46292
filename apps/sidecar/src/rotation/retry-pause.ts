import type { Clock, Random } from '@blastradius/kernel';
import { retryDelayMs } from './backoff.ts';
import { isPast, NO_WAIT, waitFrom } from './deadline.ts';

export interface RetryPauseOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Whether the failure is that of the whole issuer, and not of the one request. */
  readonly isOutage: (error: unknown) => boolean;
}

/** Makes the longest delay ten seconds: a thousand sidecars whose workloads never stop asking are then 100 to 200 requests a second. */
const PACE_MS = 100_000;

/**
 * For work that is done when callers ask, and not at a time of ours: after a failure nobody's request
 * reaches the issuer before a delay that grows, with jitter, as in `ScheduledTask`; until then every
 * caller gets the failure at once. However often workloads retry, the issuer hears of it at that pace.
 */
export class RetryPause {
  readonly #options: RetryPauseOptions;
  #failures = 0;
  #failure: unknown;
  #until = NO_WAIT;

  constructor(options: RetryPauseOptions) {
    this.#options = options;
  }

  /** Whether it is the issuer that is away, so that what it said before still holds. */
  isOutage(error: unknown): boolean {
    return this.#options.isOutage(error);
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (!isPast(this.#until, this.#nowMs())) throw this.#failure;
    const failuresBefore = this.#failures;
    try {
      const result = await work();
      this.#failures = 0;
      return result;
    } catch (error) {
      if (this.isOutage(error)) this.#pause(error, failuresBefore);
      throw error;
    }
  }

  /** Requests that were under way together fail together, and count as one. */
  #pause(error: unknown, failuresBefore: number): void {
    if (this.#failures !== failuresBefore) return;
    this.#failures += 1;
    this.#failure = error;
    const delayMs = retryDelayMs(this.#failures, PACE_MS, this.#options.random.next());
    this.#until = waitFrom(this.#nowMs(), delayMs);
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}
