import { CallerIdentities, type IdentitySources } from './caller-identities.ts';

export interface IdentitiesLease {
  readonly identities: CallerIdentities;
  release(): void;
}

interface Shared {
  readonly identities: CallerIdentities;
  users: number;
  linger: NodeJS.Timeout | undefined;
}

/** Long enough for a caller that opens a connection for each request to find its TLS connections in place. */
const KEPT_UNUSED_MS = 10_000;

/** One `CallerIdentities` for all connections whose callers were attested alike. */
export class SharedIdentities {
  readonly #sources: IdentitySources;
  readonly #shared = new Map<string, Shared>();

  constructor(sources: IdentitySources) {
    this.#sources = sources;
  }

  lease(selectors: readonly string[]): IdentitiesLease {
    const key = selectors.join('\0');
    const shared = this.#shared.get(key) ?? this.#open(key, selectors);
    shared.users += 1;
    clearTimeout(shared.linger);
    return {
      identities: shared.identities,
      release: () => {
        shared.users -= 1;
        if (shared.users === 0) shared.linger = setTimeout(() => this.#forget(key, shared), KEPT_UNUSED_MS);
      },
    };
  }

  async close(): Promise<void> {
    const all = [...this.#shared];
    for (const [, { linger }] of all) clearTimeout(linger);
    this.#shared.clear();
    await Promise.all(all.map(([, { identities }]) => identities.close()));
  }

  #open(key: string, selectors: readonly string[]): Shared {
    const identities = new CallerIdentities(selectors, this.#sources);
    const shared: Shared = { identities, users: 0, linger: undefined };
    this.#shared.set(key, shared);
    return shared;
  }

  #forget(key: string, shared: Shared): void {
    if (this.#shared.get(key) !== shared) return;
    this.#shared.delete(key);
    void shared.identities.close();
  }
}
