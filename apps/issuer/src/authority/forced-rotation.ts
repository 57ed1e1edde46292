import { setTimeout as wait } from 'node:timers/promises';
import { issuerAdministration, type KeySetKind } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import { type Authorities, allKinds } from './authorities.ts';
import { AuthorityRotationCut } from './authority.errors.ts';

/**
 * Replaces the signing keys now, and everything that they have signed: publish the next authority of
 * each kind, wait until everyone had time to fetch the bundle, let it sign, taint its predecessors.
 * Orders that come while one is under way, at this issuer or at another, end with it: each finds its
 * authorities in the store and takes only the steps that are still to be taken.
 */
export class ForcedRotation {
  readonly #authorities: Authorities;
  readonly #clock: Clock;
  readonly #publishSeconds: number;
  readonly #stopping = new AbortController();
  /** By the kinds that they are for. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(authorities: Authorities, clock: Clock, publishSeconds: number) {
    this.#authorities = authorities;
    this.#clock = clock;
    this.#publishSeconds = Math.min(publishSeconds, issuerAdministration.publishSecondsMax);
  }

  /** Resolves when it is done. */
  execute(publishSeconds = this.#publishSeconds, kinds = allKinds): Promise<void> {
    const key = kinds.join();
    const running =
      this.#running.get(key) ?? this.#rotate(publishSeconds, kinds).finally(() => this.#running.delete(key));
    this.#running.set(key, running);
    return running;
  }

  /** Ends a wait that is under way. */
  stop(): void {
    this.#stopping.abort();
  }

  async #rotate(publishSeconds: number, kinds: readonly KeySetKind[]): Promise<void> {
    const prepared = await this.#authorities.prepareForced(kinds);
    const preparedAtMs = Math.max(...prepared.map(({ preparedAt }) => preparedAt.getTime()));
    const ms = Math.max(0, preparedAtMs + publishSeconds * 1000 - this.#clock.now().getTime());
    try {
      await wait(ms, undefined, { signal: this.#stopping.signal });
    } catch (cause) {
      throw new AuthorityRotationCut('the issuer stopped before the next authority could sign', { cause });
    }
    await this.#authorities.finishForced(prepared);
  }
}
