/** So many proofs that have not ended yet; more, and none is taken until some have. */
const PROOFS_MAX = 500_000;

/** Which proofs were shown and have not ended yet: each is good once at this server. */
export class SeenProofs {
  /** Until when each is remembered, in the order in which they came. */
  readonly #untilMs = new Map<string, number>();
  readonly #proofsMax: number;

  constructor(proofsMax = PROOFS_MAX) {
    this.#proofsMax = proofsMax;
  }

  /** Whether this proof is new. What can't be remembered is not taken either. */
  take(id: string, expiresAtMs: number, nowMs: number): boolean {
    this.#forgetEnded(nowMs);
    if (this.#untilMs.has(id) || this.#untilMs.size >= this.#proofsMax) return false;
    this.#untilMs.set(id, expiresAtMs);
    return true;
  }

  /** Proofs live about equally long, so that the first to come are the first to end. */
  #forgetEnded(nowMs: number): void {
    for (const [id, untilMs] of this.#untilMs) {
      if (untilMs > nowMs) return;
      this.#untilMs.delete(id);
    }
  }
}
