import { DomainError } from '@blastradius/kernel';
import { formatSpiffeBundle, parseTrustDomain, readFetchedBundle } from '@blastradius/spiffe';
import type { FederatedBundleStore } from './federated-bundle-store.ts';
import { FederatedBundleInvalid, FederatedBundleUnknown } from './federation.errors.ts';
import type { FederationAudit } from './federation-audit.ts';

/** The bundles of other trust domains, as the operator gives them; never our own. */
export class FederatedBundles {
  readonly #store: FederatedBundleStore;
  readonly #audit: FederationAudit;
  readonly #trustDomain: string;

  constructor(store: FederatedBundleStore, audit: FederationAudit, trustDomain: string) {
    this.#store = store;
    this.#audit = audit;
    this.#trustDomain = trustDomain;
  }

  /** Throws `FederatedBundleUnknown`. */
  async document(trustDomain: string): Promise<string> {
    const document = await this.#store.find(trustDomain);
    if (document === undefined) throw new FederatedBundleUnknown(trustDomain);
    return document;
  }

  /** Takes the place of the one before, also of one with a higher sequence. Throws `FederatedBundleInvalid`. */
  async put(trustDomain: string, document: string): Promise<void> {
    const isChanged = await this.#store.put(trustDomain, this.normalized(trustDomain, document));
    if (isChanged) this.#audit.record(trustDomain, 'bundle-given');
  }

  async remove(trustDomain: string): Promise<void> {
    if (!(await this.#store.remove(trustDomain))) throw new FederatedBundleUnknown(trustDomain);
    this.#audit.record(trustDomain, 'bundle-removed');
  }

  /** What we understood of it, and no more, goes on to the sidecars. Throws `FederatedBundleInvalid`. */
  normalized(trustDomain: string, document: string): string {
    if (trustDomain === this.#trustDomain) {
      throw new FederatedBundleInvalid(
        trustDomain,
        'this is our own trust domain, whose bundle we make ourselves',
      );
    }
    try {
      return formatSpiffeBundle(readFetchedBundle(parseTrustDomain(trustDomain), document));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      throw new FederatedBundleInvalid(trustDomain, `${error.message} (${error.code})`, error);
    }
  }
}
