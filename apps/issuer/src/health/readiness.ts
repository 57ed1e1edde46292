import { setTimeout as delay } from 'node:timers/promises';
import type { Authorities } from '../authority/authorities.ts';

/** A probe that waits as long as a request would tells too late that the database is away. */
const ANSWER_WITHIN_MS = 2000;

export class Readiness {
  readonly #authorities: Authorities;
  readonly #log: { isWritable(): boolean };
  #isStopping = false;

  constructor(authorities: Authorities, log: { isWritable(): boolean }) {
    this.#authorities = authorities;
    this.#log = log;
  }

  /** From now on: no new work, please. */
  stop(): void {
    this.#isStopping = true;
  }

  /** The database answers, an authority can sign, and what is done can be written down. */
  async isReady(): Promise<boolean> {
    if (this.#isStopping || !this.#log.isWritable()) return false;
    const signs = this.#authorities.current('x509').then(
      () => true,
      () => false,
    );
    return await Promise.race([signs, delay(ANSWER_WITHIN_MS, false, { ref: false })]);
  }
}
