import { DomainError } from '@blastradius/kernel';
import { formatSpiffeBundle, parseSpiffeBundle, parseTrustDomain } from '@blastradius/spiffe';
import type { FederatedBundleStore } from './federated-bundle-store.ts';
import { FederatedBundleInvalid, FederatedBundleUnknown } from './federation.errors.ts';

/** The bundles of other trust domains, as the operator gives them; never our own. */
export class FederatedBundles {
  readonly #store: FederatedBundleStore;
  readonly #trustDomain: string;

  constructor(store: FederatedBundleStore, trustDomain: string) {
    this.#store = store;
    this.#trustDomain = trustDomain;
  }

  /** Takes the place of the one before. Throws `FederatedBundleInvalid`. */
  async put(trustDomain: string, document: unknown): Promise<void> {
    if (trustDomain === this.#trustDomain) {
      throw new FederatedBundleInvalid(
        trustDomain,
        'this is our own trust domain, whose bundle we make ourselves',
      );
    }
    await this.#store.put(trustDomain, normalized(trustDomain, document));
  }

  async remove(trustDomain: string): Promise<void> {
    if (!(await this.#store.remove(trustDomain))) throw new FederatedBundleUnknown(trustDomain);
  }
}

/** What we understood of it, and no more, goes on to the sidecars. */
function normalized(trustDomain: string, document: unknown): string {
  try {
    return formatSpiffeBundle(parseSpiffeBundle(parseTrustDomain(trustDomain), JSON.stringify(document)));
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new FederatedBundleInvalid(trustDomain, `${error.message} (${error.code})`, error);
  }
}
