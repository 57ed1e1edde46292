import type { IdentitiesWatcher, WorkloadIdentities } from '@blastradius/workload-api';
import { SelectorSet, type SelectorSetContext } from './selector-set.ts';

/** Long enough for a workload that restarts or reconnects to find its identities in place. */
const KEPT_IDLE_MS = 30_000;

/** All identities held on this host, by the selectors they were issued for. */
export class SvidStore implements WorkloadIdentities {
  readonly #context: SelectorSetContext;
  readonly #sets = new Map<string, SelectorSet>();

  constructor(context: SelectorSetContext) {
    this.#context = context;
    context.bundles.onChange(() => {
      for (const set of this.#sets.values()) set.republish();
    });
    context.bundles.onTaint(() => {
      for (const set of this.#sets.values()) set.replaceTainted();
    });
  }

  watch(selectors: readonly string[], watcher: IdentitiesWatcher): () => void {
    const key = selectors.join('\0');
    const set = this.#sets.get(key) ?? new SelectorSet(selectors, this.#context);
    this.#sets.set(key, set);
    return set.add(watcher);
  }

  /** To be called several times within the shortest lifetime. */
  tick(): void {
    const nowMs = this.#context.clock.now().getTime();
    for (const [key, set] of this.#sets) {
      const { idleSinceMs } = set;
      if (idleSinceMs !== undefined && nowMs - idleSinceMs > KEPT_IDLE_MS) this.#sets.delete(key);
      else set.tick();
    }
  }
}
