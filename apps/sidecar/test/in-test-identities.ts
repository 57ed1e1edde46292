import { createPrivateKey } from 'node:crypto';
import { certificatesFromPem } from '@blastradius/spiffe';
import type { IdentitiesWatcher, WorkloadIdentities, X509Snapshot } from '@blastradius/workload-api';
import { type InTestIssuer, TRUST_DOMAIN } from './in-test-issuer.ts';

/** A store that gives the same real SVIDs to whoever asks, and pushes what a test pushes. */
export class InTestIdentities implements WorkloadIdentities {
  current: X509Snapshot;
  readonly seen: (readonly string[])[] = [];
  readonly #watchers = new Set<IdentitiesWatcher>();

  constructor(current: X509Snapshot) {
    this.current = current;
  }

  watch(selectors: readonly string[], watcher: IdentitiesWatcher): () => void {
    this.seen.push(selectors);
    this.#watchers.add(watcher);
    watcher.onSnapshot(this.current);
    return () => this.#watchers.delete(watcher);
  }

  push(snapshot: X509Snapshot): void {
    this.current = snapshot;
    for (const watcher of this.#watchers) watcher.onSnapshot(snapshot);
  }
}

export async function identitiesOf(
  issuer: InTestIssuer,
  spiffeIds: readonly string[],
): Promise<InTestIdentities> {
  return new InTestIdentities(await snapshotOf(issuer, spiffeIds));
}

/** Freshly minted, one for each SPIFFE ID. */
export async function snapshotOf(issuer: InTestIssuer, spiffeIds: readonly string[]): Promise<X509Snapshot> {
  const bundle = Buffer.concat(issuer.authorities);
  const svids = await Promise.all(
    spiffeIds.map(async (spiffeId) => {
      const { cert, key } = await issuer.identityOf(spiffeId);
      return {
        spiffeId,
        x509Svid: Buffer.concat(certificatesFromPem(cert)),
        x509SvidKey: createPrivateKey(key).export({ format: 'der', type: 'pkcs8' }),
        bundle,
        hint: '',
      };
    }),
  );
  return {
    svids,
    bundles: new Map([[`spiffe://${TRUST_DOMAIN}`, bundle]]),
    federatedBundles: new Map(),
  };
}
