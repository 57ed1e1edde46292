export type Taken =
  | { readonly allowed: true; readonly remaining: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

/** At most `limit` times in any `windowMs`, for each key on its own. In memory. */
export class SlidingWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  /** The oldest first. */
  readonly #taken = new Map<string, number[]>();

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  take(key: string, nowMs: number): Taken {
    const recent = this.#of(key);
    // Only what has ended is looked at: a busy key has many that have not.
    for (
      let oldest = recent[0];
      oldest !== undefined && oldest <= nowMs - this.#windowMs;
      oldest = recent[0]
    ) {
      recent.shift();
    }
    const allowed = recent.length < this.#limit;
    if (allowed) recent.push(nowMs);
    if (allowed) return { allowed, remaining: this.#limit - recent.length };
    return { allowed, retryAfterMs: (recent[0] ?? nowMs) + this.#windowMs - nowMs };
  }

  #of(key: string): number[] {
    const known = this.#taken.get(key);
    if (known !== undefined) return known;
    const taken: number[] = [];
    this.#taken.set(key, taken);
    return taken;
  }
}
