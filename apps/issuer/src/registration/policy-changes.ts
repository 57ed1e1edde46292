import type { PolicyStore } from './policy-store.ts';

/** An operator's change is seen this much later at most, whichever issuer took it. */
const LOOK_EVERY_MS = 200;

interface Waiting {
  readonly known: number | undefined;
  readonly settle: (outcome: { readonly revision: number } | { readonly error: unknown }) => void;
}

/** Tells who waits that the policies have changed. The database is looked at for all of them together, and while somebody waits alone. */
export class PolicyChanges {
  readonly #store: PolicyStore;
  readonly #waiting = new Set<Waiting>();
  #looking = false;
  #isStopped = false;

  constructor(store: PolicyStore) {
    this.#store = store;
  }

  /**
   * The revision, as soon as it is another than the one that is known, or when the signal is aborted.
   * Rejects where the database is away.
   */
  async next(known: number | undefined, signal: AbortSignal): Promise<number> {
    const revision = await this.#store.revision();
    if (revision !== known || signal.aborted || this.#isStopped) return revision;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        known,
        settle: (outcome) => {
          this.#waiting.delete(waiting);
          signal.removeEventListener('abort', onAbort);
          if ('revision' in outcome) resolve(outcome.revision);
          else reject(outcome.error);
        },
      };
      const onAbort = () => waiting.settle({ revision });
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.add(waiting);
      this.#look();
    });
  }

  /** Answers everyone now: an issuer that ends waits for its requests. */
  stop(): void {
    this.#isStopped = true;
    for (const waiting of [...this.#waiting]) waiting.settle({ revision: waiting.known ?? 0 });
  }

  #look(): void {
    if (this.#looking) return;
    this.#looking = true;
    const timer = setTimeout(async () => {
      this.#looking = false;
      try {
        const revision = await this.#store.revision();
        for (const waiting of [...this.#waiting])
          if (waiting.known !== revision) waiting.settle({ revision });
      } catch (error) {
        for (const waiting of [...this.#waiting]) waiting.settle({ error });
      }
      if (this.#waiting.size > 0) this.#look();
    }, LOOK_EVERY_MS);
    timer.unref();
  }
}
