import { setTimeout as pause } from 'node:timers/promises';
import type { SvidKind, TheftAttempts, Verifier } from './probe-messages.ts';
import { causeOf } from './token-agents.ts';

const betweenMs = 50;

/** Shows one piece of loot to one verifier again and again. */
export class ThiefAttempts {
  readonly #kind: SvidKind;
  readonly #verifier: Verifier;
  readonly #stopping = new AbortController();
  readonly #refusals: Record<string, number> = {};
  #attempts = 0;
  #accepted = 0;
  #firstAcceptedAtMs: number | null = null;
  #lastAcceptedAtMs: number | null = null;
  #refusedSinceMs: number | null = null;

  constructor(kind: SvidKind, verifier: Verifier) {
    this.#kind = kind;
    this.#verifier = verifier;
  }

  get kind(): SvidKind {
    return this.#kind;
  }

  /** `show` rejects where the loot is refused. */
  async go(show: () => Promise<void>): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      await this.#once(show);
      await pause(betweenMs);
    }
  }

  stop(): void {
    this.#stopping.abort();
  }

  report(): TheftAttempts {
    return {
      kind: this.#kind,
      verifier: this.#verifier,
      attempts: this.#attempts,
      accepted: this.#accepted,
      firstAcceptedAtMs: this.#firstAcceptedAtMs,
      lastAcceptedAtMs: this.#lastAcceptedAtMs,
      refusedSinceMs: this.#refusedSinceMs,
      refusals: this.#refusals,
    };
  }

  async #once(show: () => Promise<void>): Promise<void> {
    const sentAtMs = Date.now();
    this.#attempts += 1;
    try {
      await show();
      this.#accepted += 1;
      this.#lastAcceptedAtMs = Date.now();
      this.#firstAcceptedAtMs ??= this.#lastAcceptedAtMs;
      this.#refusedSinceMs = null;
    } catch (error) {
      const cause = causeOf(error);
      this.#refusals[cause] = (this.#refusals[cause] ?? 0) + 1;
      this.#refusedSinceMs ??= sentAtMs;
    }
  }
}
