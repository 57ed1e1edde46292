import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '@blastradius/kernel';
import type { Authorities } from './authorities.ts';

/**
 * One scheduled rotation: publish the next authority, wait until everyone had time to fetch the
 * bundle, let it sign. What was done is read from the store, so a rotation that was cut short at
 * any point is finished by the next one.
 */
export class AuthorityRotation {
  readonly #authorities: Authorities;
  readonly #clock: Clock;
  readonly #stopping = new AbortController();

  constructor(authorities: Authorities, clock: Clock) {
    this.#authorities = authorities;
    this.#clock = clock;
  }

  async rotate(): Promise<void> {
    await this.#authorities.prepareOnSchedule();
    const dueAt = await this.#authorities.activationDueAt();
    if (dueAt === null) return;
    const waited = await this.#waitUntil(dueAt);
    if (waited) await this.#authorities.activateOnSchedule();
  }

  /** Ends a wait that is under way; the store knows that an authority is still to be activated. */
  stop(): void {
    this.#stopping.abort();
  }

  async #waitUntil(instant: Date): Promise<boolean> {
    const { signal } = this.#stopping;
    const ms = Math.max(0, instant.getTime() - this.#clock.now().getTime());
    return wait(ms, true, { signal }).catch(() => false);
  }
}
