import { DomainError } from '@blastradius/kernel';
import {
  certificatesFromPem,
  parseEndpointSpiffeId,
  parseEndpointUrl,
  parseTrustDomain,
} from '@blastradius/spiffe';
import type { FederatedBundles } from './federated-bundles.ts';
import { FederationRelationshipInvalid, FederationRelationshipUnknown } from './federation.errors.ts';
import type { FederationAudit } from './federation-audit.ts';
import type { FederationRelationship, HeldRelationship } from './federation-relationship.ts';
import type { RefreshFederatedBundle } from './refresh-federated-bundle.ts';
import type { RelationshipStore } from './relationship-store.ts';

interface Parts {
  readonly store: RelationshipStore;
  readonly bundles: FederatedBundles;
  readonly refresh: RefreshFederatedBundle;
  readonly audit: FederationAudit;
}

/** What the operator does with the trust domains that we federate with. */
export class FederationRelationships {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  list(): Promise<readonly HeldRelationship[]> {
    return this.#parts.store.list();
  }

  /** Throws `FederationRelationshipUnknown`. */
  async find(trustDomain: string): Promise<HeldRelationship> {
    const found = await this.#parts.store.find(trustDomain);
    if (found === undefined) throw new FederationRelationshipUnknown(trustDomain);
    return found;
  }

  /** Due at once. A document given takes the place of the bundle held. Throws `FederationRelationshipInvalid`. */
  async put(relationship: FederationRelationship, document: string | undefined): Promise<HeldRelationship> {
    const { store, bundles, audit } = this.#parts;
    const { trustDomain } = relationship;
    checkRelationship(relationship);
    const normalized = document === undefined ? undefined : bundles.normalized(trustDomain, document);
    await this.#requireBundle(relationship, normalized);
    await store.put(relationship, normalized);
    audit.record(trustDomain, 'relationship-set');
    if (normalized !== undefined) audit.record(trustDomain, 'bundle-given');
    return this.find(trustDomain);
  }

  /** With its bundle: nobody of that trust domain is believed any longer. */
  async remove(trustDomain: string): Promise<void> {
    const { store, audit } = this.#parts;
    if (!(await store.remove(trustDomain))) throw new FederationRelationshipUnknown(trustDomain);
    audit.record(trustDomain, 'relationship-removed');
  }

  /** Asks the endpoint now; what came of it stands in the answer. */
  async refresh(trustDomain: string): Promise<HeldRelationship> {
    await this.#parts.refresh.execute(await this.find(trustDomain));
    return this.find(trustDomain);
  }

  /** Where the endpoint is known by its own trust domain's bundle, there has to be one to begin with. */
  async #requireBundle(
    { trustDomain, endpointSpiffeId }: FederationRelationship,
    document: string | undefined,
  ) {
    if (endpointSpiffeId === undefined || document !== undefined) return;
    if (parseEndpointSpiffeId(endpointSpiffeId).trustDomain !== trustDomain) return;
    await this.#parts.bundles.document(trustDomain).catch(() => {
      throw new FederationRelationshipInvalid(
        trustDomain,
        'its endpoint is known by its bundle: give the bundle along, brought by a way that you trust',
      );
    });
  }
}

function checkRelationship(relationship: FederationRelationship): void {
  const { trustDomain, url, profile, endpointSpiffeId, webAuthorities } = relationship;
  const refuse = (reason: string, cause?: unknown): never => {
    throw new FederationRelationshipInvalid(trustDomain, reason, cause);
  };
  try {
    parseTrustDomain(trustDomain);
    parseEndpointUrl(url);
    if (endpointSpiffeId !== undefined) parseEndpointSpiffeId(endpointSpiffeId);
    if (webAuthorities !== undefined) certificatesFromPem(webAuthorities);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    refuse(`${error.message} (${error.code})`, error);
  }
  if (profile === 'https_spiffe' && endpointSpiffeId === undefined) {
    refuse("https_spiffe needs the endpoint's SPIFFE ID");
  }
  if (profile === 'https_spiffe' && webAuthorities !== undefined)
    refuse('https_spiffe has no CAs of the web');
  if (profile === 'https_web' && endpointSpiffeId !== undefined) refuse('https_web has no SPIFFE ID');
}
