import type { Entitlement } from '@blastradius/contracts';
import type { Clock } from '@blastradius/kernel';
import type { TokenBundles, TokenBundlesWatcher } from '@blastradius/workload-api';
import { type Deadline, isPast, NO_WAIT, waitFrom } from '../rotation/deadline.ts';
import type { BundleView } from './bundle-view.ts';
import type { Entitlements } from './entitlements.ts';
import type { TrustBundles } from './trust-bundles.ts';
import { federatesWith } from './unique-hints.ts';

export interface TokenBundleStreamsContext {
  readonly entitlements: Entitlements;
  readonly bundles: TrustBundles;
  readonly clock: Clock;
}

/** Callers that were attested alike, and what they may have. */
interface Callers {
  readonly selectors: readonly string[];
  /** And what each was told last. */
  readonly watchers: Map<TokenBundlesWatcher, TokenBundles | undefined>;
  /** Undefined until it is known. */
  entitled: readonly Entitlement[] | undefined;
  askAt: Deadline;
}

const NONE: TokenBundles = new Map();
/** The answer comes from memory until it has aged. */
const ASK_EVERY_MS = 1000;

/** Tells workloads of the bundles of one use: all that their identities entitle them to, and nothing without an identity. */
export class TokenBundleStreams {
  readonly #context: TokenBundleStreamsContext;
  readonly #select: (view: BundleView) => TokenBundles;
  readonly #callers = new Map<string, Callers>();

  constructor(context: TokenBundleStreamsContext, select: (view: BundleView) => TokenBundles) {
    this.#context = context;
    this.#select = select;
    context.bundles.onChange(() => {
      for (const callers of this.#callers.values()) this.#tell(callers);
    });
  }

  watch(selectors: readonly string[], watcher: TokenBundlesWatcher): () => void {
    const key = selectors.join('\0');
    const callers = this.#callers.get(key) ?? this.#meet(key, selectors);
    callers.watchers.set(watcher, undefined);
    void this.#ask(callers);
    return () => {
      callers.watchers.delete(watcher);
      if (callers.watchers.size === 0 && this.#callers.get(key) === callers) this.#callers.delete(key);
    };
  }

  /** Looks for a change of what callers may have. */
  tick(): void {
    for (const callers of this.#callers.values()) {
      if (isPast(callers.askAt, this.#nowMs())) void this.#ask(callers);
    }
  }

  #meet(key: string, selectors: readonly string[]): Callers {
    const callers: Callers = { selectors, watchers: new Map(), entitled: undefined, askAt: NO_WAIT };
    this.#callers.set(key, callers);
    return callers;
  }

  async #ask(callers: Callers): Promise<void> {
    callers.askAt = waitFrom(this.#nowMs(), ASK_EVERY_MS);
    try {
      callers.entitled = await this.#context.entitlements.granted(callers.selectors);
      this.#tell(callers);
    } catch (error) {
      // Who was told once keeps what it has: a bundle is not a secret that could be taken back.
      if (callers.entitled !== undefined) return;
      for (const watcher of [...callers.watchers.keys()]) watcher.onError(error);
    }
  }

  /** Tells of what is new alone: at each push a caller is attested again. */
  #tell({ entitled, watchers }: Callers): void {
    if (entitled === undefined) return;
    const view = this.#context.bundles.viewFor(federatesWith(entitled));
    const bundles = entitled.length === 0 ? NONE : this.#select(view);
    for (const [watcher, told] of [...watchers]) {
      if (told === bundles) continue;
      watchers.set(watcher, bundles);
      watcher.onBundles(bundles);
    }
  }

  #nowMs(): number {
    return this.#context.clock.now().getTime();
  }
}
