import { isPast, waitFrom } from '../rotation/deadline.ts';
import type { HeldIdentity } from './held-svid.ts';
import { SelectorSet, type SelectorSetContext, type SetWatcher, type SvidProfile } from './selector-set.ts';

/** Long enough for a workload that restarts or reconnects to find its identities in place. */
const KEPT_IDLE_MS = 30_000;

/** All SVIDs of one kind that are held on this host, by the selectors they were issued for. */
export class SelectorSets<Held extends HeldIdentity, Snapshot> {
  readonly #profile: SvidProfile<Held, Snapshot>;
  readonly #context: SelectorSetContext;
  readonly #sets = new Map<string, SelectorSet<Held, Snapshot>>();

  constructor(profile: SvidProfile<Held, Snapshot>, context: SelectorSetContext) {
    this.#profile = profile;
    this.#context = context;
    context.bundles.onChange(() => {
      for (const set of this.#sets.values()) set.republish();
    });
    context.bundles.onTaint(() => {
      for (const set of this.#sets.values()) set.replaceTainted();
    });
  }

  /** When each SVID that is held comes to its end, epoch milliseconds. */
  endsMs(): readonly number[] {
    return [...this.#sets.values()].flatMap((set) =>
      [...set.held.values()].map(({ notAfterMs }) => notAfterMs),
    );
  }

  watch(selectors: readonly string[], watcher: SetWatcher<Snapshot>): () => void {
    const key = selectors.join('\0');
    const set = this.#sets.get(key) ?? new SelectorSet(selectors, this.#profile, this.#context);
    this.#sets.set(key, set);
    return set.add(watcher);
  }

  reconsider(): void {
    for (const set of this.#sets.values()) set.reconsider();
  }

  /** To be called several times within the shortest lifetime. */
  tick(): void {
    const nowMs = this.#context.clock.now().getTime();
    for (const [key, set] of this.#sets) {
      const { idleSinceMs } = set;
      if (idleSinceMs !== undefined && isPast(waitFrom(idleSinceMs, KEPT_IDLE_MS), nowMs))
        this.#sets.delete(key);
      else set.tick();
    }
  }
}
