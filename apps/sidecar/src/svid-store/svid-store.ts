import type { IdentitiesWatcher, WorkloadIdentities, X509Snapshot } from '@blastradius/workload-api';
import { type HeldSvid, svidMessage } from './held-svid.ts';
import type { Issuer } from './issuer.ts';
import { mintX509Svids } from './mint-x509-svids.ts';
import type { SelectorSetContext } from './selector-set.ts';
import { SelectorSets } from './selector-sets.ts';

/** The X509-SVIDs that are held on this host. */
export class SvidStore implements WorkloadIdentities {
  readonly #sets: SelectorSets<HeldSvid, X509Snapshot>;

  constructor(context: SelectorSetContext & { readonly issuer: Issuer }) {
    const { bundles, issuer } = context;
    this.#sets = new SelectorSets<HeldSvid, X509Snapshot>(
      {
        mint: (options) => mintX509Svids(issuer, options),
        compose: (held, { x509, federatedX509 }) => ({
          svids: held.map(({ svid, hint }) => svidMessage(svid, bundles.der, hint)),
          bundles: x509,
          federatedBundles: federatedX509,
        }),
      },
      context,
    );
  }

  /** When each SVID that is held comes to its end, epoch milliseconds. */
  endsMs(): readonly number[] {
    return this.#sets.endsMs();
  }

  watch(selectors: readonly string[], watcher: IdentitiesWatcher): () => void {
    return this.#sets.watch(selectors, watcher);
  }

  /** The operator has changed the policies. */
  reconsider(): void {
    this.#sets.reconsider();
  }

  /** To be called several times within the shortest lifetime. */
  tick(): void {
    this.#sets.tick();
  }
}
