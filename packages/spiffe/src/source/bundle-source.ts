import type { JwtBundleSet } from '../bundle/jwt-bundle.ts';
import type { X509BundleSet } from '../bundle/x509-bundle.ts';
import {
  createWorkloadApiClient,
  type WorkloadApiClientOptions,
} from '../workload-api/workload-api-client.ts';
import { LiveState, type SourceOptions } from './live-state.ts';

/** The newest bundles, for who verifies others and shows no identity of its own. */
export interface BundleSource extends AsyncDisposable {
  x509Bundles(): X509BundleSet;
  jwtBundles(): JwtBundleSet;
  /** Calls the listener after each change, until the returned function is called. */
  onUpdate(listener: () => void): () => void;
  close(): void;
}

export interface BundleSourceOptions extends WorkloadApiClientOptions, SourceOptions {}

/** Opens a source and waits for its first update. Rejects after the timeout, or when trying is in vain. */
export async function createBundleSource(options: BundleSourceOptions = {}): Promise<BundleSource> {
  const client = createWorkloadApiClient(options);
  const opening = {
    x509: LiveState.open<X509BundleSet>('bundle', (watcher) => client.watchX509Bundles(watcher), options),
    jwt: LiveState.open<JwtBundleSet>('bundle', (watcher) => client.watchJwtBundles(watcher), options),
  };
  const [x509, jwt] = await bothOrNone(opening.x509, opening.jwt);
  const close = () => {
    x509.close();
    jwt.close();
  };
  return {
    x509Bundles: () => x509.state,
    jwtBundles: () => jwt.state,
    onUpdate: (listener) => {
      const removers = [x509.onUpdate(listener), jwt.onUpdate(listener)];
      return () => {
        for (const remove of removers) remove();
      };
    },
    close,
    [Symbol.asyncDispose]: async () => close(),
  };
}

/** Where one can't be opened the other is closed: nothing of a source that nobody has may go on. */
async function bothOrNone<One, Other>(
  one: Promise<LiveState<One>>,
  other: Promise<LiveState<Other>>,
): Promise<[LiveState<One>, LiveState<Other>]> {
  try {
    return await Promise.all([one, other]);
  } catch (error) {
    for (const opened of [one, other]) {
      opened.then(
        (live) => live.close(),
        () => {},
      );
    }
    throw error;
  }
}
