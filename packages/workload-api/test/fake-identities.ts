import { DomainError } from '@blastradius/kernel';
import type { IdentitiesWatcher, WorkloadIdentities, X509Snapshot } from '../src/workload-identities.ts';

export const BUNDLES = new Map([['spiffe://moltbook.test', Buffer.from('authority')]]);
const NO_FOREIGN = new Map<string, Uint8Array>();

export function snapshotOf(spiffeIds: readonly string[], bundles: X509Snapshot['bundles'] = BUNDLES) {
  const svids = spiffeIds.map((spiffeId) => ({
    spiffeId,
    x509Svid: Buffer.from('leaf'),
    x509SvidKey: Buffer.from('key'),
    bundle: Buffer.from('authority'),
    hint: spiffeId.slice(-1),
  }));
  return { svids, bundles, federatedBundles: NO_FOREIGN };
}

/** Gives an identity to whoever has all of the required selectors, as a policy would. */
export class FakeIdentities implements WorkloadIdentities {
  required: readonly string[] = [];
  current: X509Snapshot = snapshotOf(['spiffe://moltbook.test/agent/a']);
  failure: DomainError | undefined;
  readonly seen: (readonly string[])[] = [];
  readonly watchers = new Set<IdentitiesWatcher>();

  watch(selectors: readonly string[], watcher: IdentitiesWatcher): () => void {
    this.seen.push(selectors);
    this.watchers.add(watcher);
    const entitled = this.required.every((selector) => selectors.includes(selector));
    if (this.failure !== undefined) watcher.onError(this.failure);
    else watcher.onSnapshot(entitled ? this.current : snapshotOf([]));
    return () => this.watchers.delete(watcher);
  }

  push(snapshot: X509Snapshot): void {
    for (const watcher of this.watchers) watcher.onSnapshot(snapshot);
  }
}

export class IssuerAway extends DomainError {
  readonly code = 'test.issuer-away';
  readonly category = 'unavailable';
}
