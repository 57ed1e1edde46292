import type { JwtSvidMessage, WitSvidMessage } from '@blastradius/spiffe';

/** SPIFFE Workload API, JWT-SVID profile, 6.2: what a workload asks for. */
export interface JwtSvidRequest {
  /** At least one. */
  readonly audience: readonly string[];
  /** All identities of the workload where it is left out. */
  readonly spiffeId?: string | undefined;
}

/** Bundles by trust domain ID (`spiffe://td`), each a JWKS document of one use. Compared by identity. */
export type TokenBundles = ReadonlyMap<string, string>;

export interface TokenBundlesWatcher {
  onBundles(bundles: TokenBundles): void;
  onError(error: unknown): void;
}

export interface WitSvidsWatcher {
  /** The complete state, the default identity first; empty: nothing is issued to this caller. */
  onSvids(svids: readonly WitSvidMessage[]): void;
  onError(error: unknown): void;
}

/** Where the Workload API gets JWT-SVIDs and their bundles from. */
export interface JwtIdentities {
  /** The default identity first. Rejects with a DomainError that says why there is none. */
  fetchJwtSvids(selectors: readonly string[], request: JwtSvidRequest): Promise<readonly JwtSvidMessage[]>;
  /** As `WorkloadIdentities.watch`. */
  watchJwtBundles(selectors: readonly string[], watcher: TokenBundlesWatcher): () => void;
}

/** Where the Workload API gets WIT-SVIDs and their bundles from (incubating). */
export interface WitIdentities {
  watchWitSvids(selectors: readonly string[], watcher: WitSvidsWatcher): () => void;
  watchWitBundles(selectors: readonly string[], watcher: TokenBundlesWatcher): () => void;
}
