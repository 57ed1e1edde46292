import type { BrokeredIdentities } from '@blastradius/workload-api';
import { TooManyBrokers } from './broker.errors.ts';

/** What is held for one broker in the place of others. */
export interface BrokerStores extends BrokeredIdentities {
  readonly reconsider: () => void;
  readonly tick: () => void;
}

/** Stores are not given up again while the sidecar runs; a host has a mesh proxy or two. */
const BROKERS_MAX = 64;

/** The SVIDs that brokers hold for others, by broker: what one may have says nothing of another. */
export class BrokeredStores {
  readonly #open: (broker: string) => BrokerStores;
  readonly #stores = new Map<string, BrokerStores>();

  constructor(open: (broker: string) => BrokerStores) {
    this.#open = open;
  }

  /** Throws `TooManyBrokers`. */
  of(broker: string): BrokerStores {
    const known = this.#stores.get(broker);
    if (known !== undefined) return known;
    if (this.#stores.size >= BROKERS_MAX)
      throw new TooManyBrokers('too many brokers have asked this sidecar');
    const stores = this.#open(broker);
    this.#stores.set(broker, stores);
    return stores;
  }

  reconsider(): void {
    for (const stores of this.#stores.values()) stores.reconsider();
  }

  tick(): void {
    for (const stores of this.#stores.values()) stores.tick();
  }
}
