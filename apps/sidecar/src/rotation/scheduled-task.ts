import type { Clock, Random } from '@blastradius/kernel';
import { retryDelayMs } from './backoff.ts';

export interface ScheduledTaskOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly firstDueAtMs: number;
  /** Does the work and says when it is due again. */
  readonly run: () => Promise<number>;
  /** What the retries have to keep up with. */
  readonly lifetimeMs: () => number;
  readonly onFailure: (error: unknown, failures: number) => void;
}

/** Work that is due at a time, once at a time, and is tried again with growing delays when it fails. */
export class ScheduledTask {
  readonly #options: ScheduledTaskOptions;
  #dueAtMs: number;
  #failures = 0;
  #running = false;

  constructor(options: ScheduledTaskOptions) {
    this.#options = options;
    this.#dueAtMs = options.firstDueAtMs;
  }

  /** Due at this time, if not earlier; epoch milliseconds. */
  hasten(atMs: number): void {
    this.#dueAtMs = Math.min(this.#dueAtMs, atMs);
  }

  tick(): void {
    if (this.#running || this.#options.clock.now().getTime() < this.#dueAtMs) return;
    this.#running = true;
    void this.#attempt();
  }

  async #attempt(): Promise<void> {
    const { clock, random, run, lifetimeMs, onFailure } = this.#options;
    try {
      this.#dueAtMs = await run();
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      this.#dueAtMs = clock.now().getTime() + retryDelayMs(this.#failures, lifetimeMs(), random.next());
      onFailure(error, this.#failures);
    } finally {
      this.#running = false;
    }
  }
}
