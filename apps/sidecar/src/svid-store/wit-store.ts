import type { WitSvidMessage } from '@blastradius/spiffe';
import type { TokenBundlesWatcher, WitIdentities, WitSvidsWatcher } from '@blastradius/workload-api';
import type { WitIssuer } from './issuer.ts';
import { type HeldWitSvid, mintWitSvids, witSvidMessage } from './mint-wit-svids.ts';
import type { SelectorSetContext } from './selector-set.ts';
import { SelectorSets } from './selector-sets.ts';
import { TokenBundleStreams, type TokenBundleStreamsContext } from './token-bundle-streams.ts';

/** The WIT-SVIDs that are held on this host, renewed as X509-SVIDs are. */
export class WitStore implements WitIdentities {
  readonly #sets: SelectorSets<HeldWitSvid, readonly WitSvidMessage[]>;
  readonly #bundles: TokenBundleStreams;

  constructor(context: SelectorSetContext & TokenBundleStreamsContext & { readonly issuer: WitIssuer }) {
    this.#sets = new SelectorSets<HeldWitSvid, readonly WitSvidMessage[]>(
      {
        mint: (options) => mintWitSvids(context.issuer, options),
        compose: (held) => held.map(({ svid, hint }) => witSvidMessage(svid, hint)),
      },
      context,
    );
    this.#bundles = new TokenBundleStreams(context, ({ wit }) => wit);
  }

  /** When each SVID that is held comes to its end, epoch milliseconds. */
  endsMs(): readonly number[] {
    return this.#sets.endsMs();
  }

  watchWitSvids(selectors: readonly string[], watcher: WitSvidsWatcher): () => void {
    return this.#sets.watch(selectors, {
      onSnapshot: (svids) => watcher.onSvids(svids),
      onError: (error) => watcher.onError(error),
    });
  }

  watchWitBundles(selectors: readonly string[], watcher: TokenBundlesWatcher): () => void {
    return this.#bundles.watch(selectors, watcher);
  }

  /** The operator has changed the policies. */
  reconsider(): void {
    this.#sets.reconsider();
  }

  /** To be called several times within the shortest lifetime. */
  tick(): void {
    this.#sets.tick();
    this.#bundles.tick();
  }
}
