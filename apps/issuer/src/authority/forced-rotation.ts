import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { issuerAdministration, type KeySetKind } from '@blastradius/contracts';
import { type Authorities, allKinds } from './authorities.ts';
import { AuthorityRotationCut, AuthorityRotationUndone } from './authority.errors.ts';
import type { AuthoritySnapshot, TrustDomainChange } from './authority-store.ts';
import type { KeySetView } from './key-set-steps.ts';
import { finishRotation, isDue, placeOrder, type RotationOrder } from './rotation-order.ts';

export interface ForcedRotationOptions {
  /** How this issuer is called in the orders that it takes. */
  readonly issuer: string;
  /** How long the next keys are published where an order does not say. */
  readonly publishSeconds: number;
}

/** What another issuer does to an order is seen this soon by who waits for it. */
const lookAgainMs = 100;

/**
 * Replaces the signing keys now, and everything that they have signed: publish the next authority of
 * each kind, wait until everyone had time to fetch the bundle, let it sign, taint its predecessors. The order
 * is kept with the keys: whichever issuer finds it due goes on with it, so that it needs none in particular.
 */
export class ForcedRotation {
  readonly #authorities: Authorities;
  readonly #options: ForcedRotationOptions;
  readonly #stopping = new AbortController();

  constructor(authorities: Authorities, options: ForcedRotationOptions) {
    this.#authorities = authorities;
    this.#options = options;
  }

  /** Resolves when it is done. Orders for a key set that is being rotated already end with that rotation. */
  async execute(publishSeconds = this.#options.publishSeconds, kinds = allKinds): Promise<void> {
    const seconds = Math.min(publishSeconds, issuerAdministration.publishSecondsMax);
    const ids = await this.#place(seconds, kinds);
    for (;;) {
      await this.goOn();
      const { orders } = await this.#authorities.state();
      const ordered = orders.filter(({ id }) => ids.includes(id));
      if (ordered.some(({ phase }) => phase === 'undone')) throw new AuthorityRotationUndone();
      if (ordered.every(({ phase }) => phase === 'done')) return;
      await this.#pause();
    }
  }

  /** Finishes what is due, whoever ordered it. */
  async goOn(): Promise<void> {
    const state = await this.#authorities.state();
    // By the database's clock, as it was when the state was read, and what has passed since.
    const at = new Date(state.readAt.getTime() + performance.now() - state.openedAtMs);
    if (!state.orders.some((order) => isDue(order, at))) return;
    await this.#authorities.change('forced', (snapshot, keySetsOf) =>
      finishDue(snapshot, keySetsOf(allKinds)),
    );
  }

  /** Ends the waiting here; other issuers go on with the order. */
  stop(): void {
    this.#stopping.abort();
  }

  async #place(publishSeconds: number, kinds: readonly KeySetKind[]): Promise<readonly string[]> {
    let placed: readonly RotationOrder[] = [];
    await this.#authorities.change('forced', async ({ orders, readAt }, keySetsOf) => {
      const order = { id: randomUUID(), orderedBy: this.#options.issuer, orderedAt: readAt, publishSeconds };
      const change = await placeOrder(order, keySetsOf(kinds), orders);
      placed = change.orders;
      return change;
    });
    return placed.map(({ id }) => id);
  }

  async #pause(): Promise<void> {
    try {
      await wait(lookAgainMs, undefined, { signal: this.#stopping.signal });
    } catch (cause) {
      throw new AuthorityRotationCut('the issuer stopped before the next authority could sign', { cause });
    }
  }
}

function finishDue(
  { orders, readAt, authorities }: AuthoritySnapshot,
  keySets: readonly KeySetView[],
): TrustDomainChange {
  const due = orders.find((order) => isDue(order, readAt));
  const [keySet] = keySets;
  if (due === undefined || keySet === undefined) return { keySets: [] };
  const finished = finishRotation(due, authorities, keySet.now);
  return { keySets: finished.keySets, orders: [{ ...due, phase: finished.phase, finishedAt: readAt }] };
}
