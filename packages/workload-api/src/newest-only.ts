/**
 * Hands values to `consume` one after the other and keeps no more than one waiting: what a slow
 * reader has not fetched by the time a newer state exists, it never needs. When `consume` fails,
 * `onFailure` hears of it once and nothing more is consumed.
 */
export class NewestOnly<T> {
  readonly #consume: (value: T) => Promise<void>;
  readonly #onFailure: (error: unknown) => void;
  #waiting: { readonly value: T } | undefined;
  #busy = false;
  #stopped = false;

  constructor(consume: (value: T) => Promise<void>, onFailure: (error: unknown) => void) {
    this.#consume = consume;
    this.#onFailure = onFailure;
  }

  offer(value: T): void {
    if (this.#stopped) return;
    this.#waiting = { value };
    if (!this.#busy) void this.#drain();
  }

  stop(): void {
    this.#stopped = true;
    this.#waiting = undefined;
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    try {
      for (let next = this.#take(); next !== undefined; next = this.#take()) await this.#consume(next.value);
    } catch (error) {
      if (!this.#stopped) {
        this.stop();
        this.#onFailure(error);
      }
    } finally {
      this.#busy = false;
    }
  }

  #take(): { readonly value: T } | undefined {
    const next = this.#waiting;
    this.#waiting = undefined;
    return next;
  }
}
