export type Taken =
  | { readonly allowed: true; readonly remaining: number }
  | { readonly allowed: false; readonly retryAfterMs: number };

/** At most `limit` times in any `windowMs`, for each key on its own. In memory. */
export class SlidingWindow {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #taken = new Map<string, number[]>();

  constructor(limit: number, windowMs: number) {
    this.#limit = limit;
    this.#windowMs = windowMs;
  }

  take(key: string, nowMs: number): Taken {
    const recent = (this.#taken.get(key) ?? []).filter((at) => at > nowMs - this.#windowMs);
    const oldest = recent[0];
    const allowed = recent.length < this.#limit;
    if (allowed) recent.push(nowMs);
    this.#taken.set(key, recent);
    if (allowed) return { allowed, remaining: this.#limit - recent.length };
    return { allowed, retryAfterMs: (oldest ?? nowMs) + this.#windowMs - nowMs };
  }
}
