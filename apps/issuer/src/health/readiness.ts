import { setTimeout as delay } from 'node:timers/promises';
import type { Authorities } from '../authority/authorities.ts';

/** A probe that waits as long as a request would tells too late that the database is away. */
const ANSWER_WITHIN_MS = 2000;

export class Readiness {
  readonly #authorities: Authorities;
  #isStopping = false;

  constructor(authorities: Authorities) {
    this.#authorities = authorities;
  }

  /** From now on: no new work, please. */
  stop(): void {
    this.#isStopping = true;
  }

  /** The database answers, and an authority can sign. */
  async isReady(): Promise<boolean> {
    if (this.#isStopping) return false;
    const signs = this.#authorities.current('x509').then(
      () => true,
      () => false,
    );
    return await Promise.race([signs, delay(ANSWER_WITHIN_MS, false, { ref: false })]);
  }
}
