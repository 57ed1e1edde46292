import type { Clock, Random } from '@blastradius/kernel';
import { retryDelayMs } from './backoff.ts';
import { type Deadline, isPast } from './deadline.ts';

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
  #due: Deadline;
  #failures = 0;
  #running = false;

  constructor(options: ScheduledTaskOptions) {
    this.#options = options;
    this.#due = this.#deadline(options.firstDueAtMs);
  }

  /** Due at this time, if not earlier; epoch milliseconds. */
  hasten(atMs: number): void {
    this.#due = this.#deadline(Math.min(this.#due.dueAtMs, atMs));
  }

  tick(): void {
    if (this.#running || !isPast(this.#due, this.#nowMs())) return;
    this.#running = true;
    void this.#attempt();
  }

  async #attempt(): Promise<void> {
    const { random, run, lifetimeMs, onFailure } = this.#options;
    try {
      this.#due = this.#deadline(await run());
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      const delayMs = retryDelayMs(this.#failures, lifetimeMs(), random.next());
      this.#due = this.#deadline(this.#nowMs() + delayMs);
      onFailure(error, this.#failures);
    } finally {
      this.#running = false;
    }
  }

  #deadline(dueAtMs: number): Deadline {
    return { setAtMs: this.#nowMs(), dueAtMs };
  }

  #nowMs(): number {
    return this.#options.clock.now().getTime();
  }
}
