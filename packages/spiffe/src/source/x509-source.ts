import { type Clock, systemClock } from '@blastradius/kernel';
import type { X509BundleSet } from '../bundle/x509-bundle.ts';
import { malformedResponse } from '../workload-api/workload-api-client.errors.ts';
import {
  createWorkloadApiClient,
  type WorkloadApiClientOptions,
} from '../workload-api/workload-api-client.ts';
import type { X509Context } from '../workload-api/x509-context.ts';
import type { X509Svid } from '../x509-svid/x509-svid.ts';
import { LiveState, type SourceOptions } from './live-state.ts';
import { X509SvidNotHeld } from './source.errors.ts';
import { successorOf } from './successor.ts';

/**
 * Always the newest SVIDs and bundles; while the Workload API is away, the last good ones. A workload that
 * is told it may have no identity any more holds no SVID from then on. An SVID that no peer could verify does
 * not take the place of one that each peer verifies.
 */
export interface X509Source extends AsyncDisposable {
  /** The SVID for this SPIFFE ID, or the default identity. Throws `x509-source.svid-not-held`. */
  svid(spiffeId?: string): X509Svid;
  /** The SVID that the operator has named so. Throws `x509-source.svid-not-held`. */
  svidWithHint(hint: string): X509Svid;
  svids(): readonly X509Svid[];
  bundles(): X509BundleSet;
  /** Calls the listener after each change, until the returned function is called. */
  onUpdate(listener: () => void): () => void;
  close(): void;
}

export interface X509SourceOptions extends WorkloadApiClientOptions, SourceOptions {
  readonly clock?: Clock;
}

/** Opens a source and waits for its first update. Rejects after the timeout, or when trying is in vain. */
export async function createX509Source(options: X509SourceOptions = {}): Promise<X509Source> {
  const clock = options.clock ?? systemClock;
  const client = createWorkloadApiClient(options);
  const live = await LiveState.open<X509Context>('x509', (watcher) => client.watchX509Context(watcher), {
    ...options,
    denied: ({ bundles }) => ({ svids: [], bundles }),
    after: (next, held) =>
      successorOf({ held, next }, clock.now(), (fault) => options.onError?.(malformedResponse(fault))),
  });
  return new WatchingX509Source(live);
}

class WatchingX509Source implements X509Source {
  readonly #live: LiveState<X509Context>;

  constructor(live: LiveState<X509Context>) {
    this.#live = live;
  }

  svid(spiffeId?: string): X509Svid {
    const { svids } = this.#live.state;
    const svid = spiffeId === undefined ? svids[0] : byIdOf(svids).get(spiffeId);
    if (svid === undefined) {
      throw new X509SvidNotHeld('the source holds no such SVID', { context: { spiffeId } });
    }
    return svid;
  }

  svidWithHint(hint: string): X509Svid {
    const svid = this.#live.state.svids.find((held) => held.hint === hint);
    if (svid === undefined) {
      throw new X509SvidNotHeld('the source holds no SVID of this hint', { context: { hint } });
    }
    return svid;
  }

  svids(): readonly X509Svid[] {
    return this.#live.state.svids;
  }

  bundles(): X509BundleSet {
    return this.#live.state.bundles;
  }

  onUpdate(listener: () => void): () => void {
    return this.#live.onUpdate(listener);
  }

  close(): void {
    this.#live.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }
}

const indexes = new WeakMap<readonly X509Svid[], ReadonlyMap<string, X509Svid>>();

/** A host of a thousand agents asks for one of its SVIDs with each request. */
function byIdOf(svids: readonly X509Svid[]): ReadonlyMap<string, X509Svid> {
  const known = indexes.get(svids);
  if (known !== undefined) return known;
  // The first of several for one identity, as in the order of the Workload API.
  const byId = new Map([...svids].reverse().map((svid) => [svid.spiffeId.toString(), svid]));
  indexes.set(svids, byId);
  return byId;
}
