import type { X509SvidMessage } from '@blastradius/spiffe';

/**
 * Everything a caller may have at one moment. Entries and maps are compared by identity: an
 * entry that did not change must be the same object in the next snapshot, because its encoding
 * is kept with the object.
 */
export interface X509Snapshot {
  /** The first is the default identity. Empty: nothing is issued to this caller. */
  readonly svids: readonly X509SvidMessage[];
  /** The caller's own trust domain, by SPIFFE ID; certificates as DER, one after the other. */
  readonly bundles: ReadonlyMap<string, Uint8Array>;
  /** Foreign trust domains, in the same form. */
  readonly federatedBundles: ReadonlyMap<string, Uint8Array>;
}

export interface IdentitiesWatcher {
  onSnapshot(snapshot: X509Snapshot): void;
  /** Ends the stream; a DomainError's category becomes the gRPC status. */
  onError(error: unknown): void;
}

/** Where the Workload API gets identities from. */
export interface WorkloadIdentities {
  /**
   * Calls the watcher with the complete state as soon as it is known, and again on each change,
   * until the returned function is called.
   */
  watch(selectors: readonly string[], watcher: IdentitiesWatcher): () => void;
}
