/** Addresses that are remembered at once; whoever was quiet for longest is forgotten for a further one. */
const addressesMax = 10_000;

/** How many requests each address may send: a bucket that holds a second's worth and fills as they may come. */
export class RequestRate {
  readonly #perSecond: number;
  readonly #buckets = new Map<string, { level: number; atMs: number }>();

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** `nowMs` by a clock that only goes forward. */
  admits(address: string, nowMs: number): boolean {
    const known = this.#buckets.get(address) ?? { level: this.#perSecond, atMs: nowMs };
    const level = Math.min(this.#perSecond, known.level + ((nowMs - known.atMs) / 1000) * this.#perSecond);
    const isAdmitted = level >= 1;
    // Last of the map, so that the first is whoever was quiet for longest.
    this.#buckets.delete(address);
    this.#buckets.set(address, { level: isAdmitted ? level - 1 : level, atMs: nowMs });
    if (this.#buckets.size > addressesMax) this.#forgetFirst();
    return isAdmitted;
  }

  #forgetFirst(): void {
    const [first] = this.#buckets.keys();
    if (first !== undefined) this.#buckets.delete(first);
  }
}
