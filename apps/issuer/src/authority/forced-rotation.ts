import { setTimeout as wait } from 'node:timers/promises';
import { issuerAdministration } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import type { Authorities } from './authorities.ts';
import { AuthorityRotationCut } from './authority.errors.ts';

/**
 * Replaces the signing key now, and everything that it has signed: publish the next authority, wait
 * until everyone had time to fetch the bundle, let it sign, taint its predecessors. Orders that come
 * while one is under way, at this issuer or at another, end with it: each finds its authority in the
 * store and takes only the steps that are still to be taken.
 */
export class ForcedRotation {
  readonly #authorities: Authorities;
  readonly #clock: Clock;
  readonly #publishSeconds: number;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  constructor(authorities: Authorities, clock: Clock, publishSeconds: number) {
    this.#authorities = authorities;
    this.#clock = clock;
    this.#publishSeconds = Math.min(publishSeconds, issuerAdministration.publishSecondsMax);
  }

  /** Resolves when it is done. */
  execute(publishSeconds = this.#publishSeconds): Promise<void> {
    this.#running ??= this.#rotate(publishSeconds).finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  /** Ends a wait that is under way. */
  stop(): void {
    this.#stopping.abort();
  }

  async #rotate(publishSeconds: number): Promise<void> {
    const { id, preparedAt } = await this.#authorities.prepareForced();
    const dueAtMs = preparedAt.getTime() + publishSeconds * 1000;
    const ms = Math.max(0, dueAtMs - this.#clock.now().getTime());
    try {
      await wait(ms, undefined, { signal: this.#stopping.signal });
    } catch (cause) {
      throw new AuthorityRotationCut('the issuer stopped before the next authority could sign', { cause });
    }
    await this.#authorities.finishForced(id);
  }
}
