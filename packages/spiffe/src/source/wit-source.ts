import type { HeldWitSvid } from '../workload-api/wit-svids.ts';
import {
  createWorkloadApiClient,
  type WorkloadApiClientOptions,
} from '../workload-api/workload-api-client.ts';
import { LiveState, type SourceOptions } from './live-state.ts';

/** Always the newest WIT-SVIDs, each with the key that it is bound to (incubating). */
export interface WitSource extends AsyncDisposable {
  /** Undefined where the workload holds none for this SPIFFE ID. */
  svid(spiffeId: string): HeldWitSvid | undefined;
  /** Calls the listener after each change, until the returned function is called. */
  onUpdate(listener: () => void): () => void;
  close(): void;
}

export interface WitSourceOptions extends WorkloadApiClientOptions, SourceOptions {}

type Held = ReadonlyMap<string, HeldWitSvid>;

/** Opens a source and waits for its first update. Rejects after the timeout, or when trying is in vain. */
export async function createWitSource(options: WitSourceOptions = {}): Promise<WitSource> {
  const client = createWorkloadApiClient(options);
  const live = await LiveState.open<Held>(
    'wit',
    (watcher) =>
      client.watchWitSvids({}, { ...watcher, onUpdate: (svids) => watcher.onUpdate(byIdOf(svids)) }),
    { ...options, denied: () => new Map() },
  );
  const close = () => live.close();
  return {
    svid: (spiffeId) => live.state.get(spiffeId),
    onUpdate: (listener) => live.onUpdate(listener),
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

/** The first of several for one identity, as in the order of the Workload API. */
function byIdOf(svids: readonly HeldWitSvid[]): Held {
  return new Map([...svids].reverse().map((svid) => [svid.spiffeId.toString(), svid]));
}
