import type { Clock } from '@blastradius/kernel';
import {
  acceptFetchedBundle,
  type BundleEndpoint,
  BundleFetchFailed,
  fetchBundle,
  formatSpiffeBundle,
  parseEndpointSpiffeId,
  parseSpiffeBundle,
  refreshPauseSeconds,
  type SpiffeBundle,
  X509BundleSet,
} from '@blastradius/spiffe';
import type { Authorities } from '../authority/authorities.ts';
import type { FederationAudit } from './federation-audit.ts';
import type { HeldRelationship } from './federation-relationship.ts';
import type { AcceptedDocument, RelationshipStore } from './relationship-store.ts';

interface Parts {
  readonly store: RelationshipStore;
  readonly authorities: Authorities;
  readonly audit: FederationAudit;
  readonly clock: Clock;
  readonly random: () => number;
}

const FAILURE_CHARACTERS_MAX = 500;

/** Asks one bundle endpoint, and writes down what came of it. */
export class RefreshFederatedBundle {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Rejects only where nothing could be written down. One that was cut short is made again by whoever comes next. */
  async execute(polled: HeldRelationship, signal?: AbortSignal): Promise<void> {
    const { store, audit } = this.#parts;
    const { trustDomain } = polled;
    try {
      const fetched = await this.#fetch(polled, signal);
      const pauseSeconds = this.#pause(fetched.refreshHintSeconds, 0);
      const isChanged = await store.succeed({ polled, pauseSeconds }, (held) => accept(held, fetched));
      if (isChanged) audit.record(trustDomain, 'bundle-fetched');
    } catch (error) {
      if (signal?.aborted) return;
      if (!(error instanceof BundleFetchFailed)) throw error;
      await this.#fail(polled, error);
    }
  }

  async #fetch(polled: HeldRelationship, signal: AbortSignal | undefined): Promise<SpiffeBundle> {
    const { clock } = this.#parts;
    const { trustDomain, url } = polled;
    const endpoint: BundleEndpoint = { trustDomain, url, profile: await this.#profileOf(polled) };
    return fetchBundle(endpoint, { signal, now: () => clock.now() });
  }

  async #profileOf(polled: HeldRelationship): Promise<BundleEndpoint['profile']> {
    const { endpointSpiffeId, webAuthorities } = polled;
    if (endpointSpiffeId === undefined) {
      return { type: 'https_web', ...(webAuthorities === undefined ? {} : { authorities: webAuthorities }) };
    }
    const bundles = new X509BundleSet(await this.#bundlesOf(endpointSpiffeId, polled));
    return { type: 'https_spiffe', endpointSpiffeId, bundles: () => bundles };
  }

  /** Of the endpoint's own trust domain, which need not be the one whose bundle it serves. */
  async #bundlesOf(endpointSpiffeId: string, { trustDomain, document }: HeldRelationship) {
    const { trustDomain: endpointDomain } = parseEndpointSpiffeId(endpointSpiffeId);
    const { bundle, federatedBundles } = await this.#parts.authorities.state();
    if (endpointDomain === bundle.trustDomain) return [bundle];
    const text = endpointDomain === trustDomain ? document : federatedBundles[endpointDomain];
    if (text === undefined) return [];
    const { x509Authorities } = parseSpiffeBundle(endpointDomain, text);
    return [{ trustDomain: endpointDomain, authorities: x509Authorities }];
  }

  async #fail(polled: HeldRelationship, error: BundleFetchFailed): Promise<void> {
    const { store, audit } = this.#parts;
    const { trustDomain, document, failures } = polled;
    const held = document === undefined ? undefined : parseSpiffeBundle(trustDomain, document);
    const pauseSeconds = this.#pause(held?.refreshHintSeconds, failures + 1);
    const failure = `${error.code}: ${error.message}`.slice(0, FAILURE_CHARACTERS_MAX);
    await store.fail({ polled, pauseSeconds, failure });
    const isNews = polled.failure?.startsWith(`${error.code}:`) !== true;
    if (isNews) audit.record(trustDomain, error.code as `federation.${string}`);
  }

  #pause(refreshHintSeconds: number | undefined, failures: number): number {
    return refreshPauseSeconds({ refreshHintSeconds, failures }, this.#parts.random());
  }
}

/**
 * Only other keys are a change. A sequence alone is written down, so that it can't be rolled back, and told to
 * nobody: two trust domains that federate with each other would else change each other's bundles for ever.
 */
function accept(held: string | undefined, fetched: SpiffeBundle): AcceptedDocument {
  const known = held === undefined ? undefined : parseSpiffeBundle(fetched.trustDomain, held);
  return { isChanged: acceptFetchedBundle(known, fetched), document: formatSpiffeBundle(fetched) };
}
