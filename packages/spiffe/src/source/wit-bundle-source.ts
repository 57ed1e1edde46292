import type { WitBundleSet } from '../bundle/wit-bundle.ts';
import { createWorkloadApiClient } from '../workload-api/workload-api-client.ts';
import type { BundleSourceOptions } from './bundle-source.ts';
import { LiveState } from './live-state.ts';

/** The newest bundles for WIT-SVIDs (incubating), for who verifies those of others. */
export interface WitBundleSource extends AsyncDisposable {
  bundles(): WitBundleSet;
  close(): void;
}

/** Opens a source and waits for its first update. Rejects after the timeout, or when trying is in vain. */
export async function createWitBundleSource(options: BundleSourceOptions = {}): Promise<WitBundleSource> {
  const client = createWorkloadApiClient(options);
  const live = await LiveState.open<WitBundleSet>(
    'bundle',
    (watcher) => client.watchWitBundles(watcher),
    options,
  );
  const close = () => live.close();
  return { bundles: () => live.state, close, [Symbol.asyncDispose]: async () => close() };
}
