import { X509BundleSet } from '../bundle/x509-bundle.ts';
import type { X509Svid } from '../x509-svid/x509-svid.ts';
import {
  type WorkloadApiWatchFailed,
  X509SourceTimeout,
  X509SvidNotHeld,
} from './workload-api-client.errors.ts';
import { createWorkloadApiClient, type WorkloadApiClientOptions } from './workload-api-client.ts';
import type { X509Context } from './x509-context.ts';

/** Always the newest SVIDs and bundles; while the Workload API is away, the last good ones. */
export interface X509Source {
  /** The SVID for this SPIFFE ID, or the default identity. Throws `x509-source.svid-not-held`. */
  svid(spiffeId?: string): X509Svid;
  svids(): readonly X509Svid[];
  bundles(): X509BundleSet;
  onUpdate(listener: () => void): () => void;
  close(): void;
}

export interface X509SourceOptions extends WorkloadApiClientOptions {
  /** How long to wait for the first update. */
  readonly timeoutMs?: number;
  /** Hears of each lost stream; the source goes on by itself. */
  readonly onError?: (error: WorkloadApiWatchFailed) => void;
}

const TIMEOUT_MS = 30_000;

/** Opens a source and waits for its first update. Rejects after the timeout, or when trying is in vain. */
export async function createX509Source(options: X509SourceOptions = {}): Promise<X509Source> {
  const source = new WatchingX509Source();
  const { promise: first, resolve, reject } = Promise.withResolvers<void>();
  let lastError: WorkloadApiWatchFailed | undefined;
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const timer = setTimeout(() => {
    const text = `no SVID within ${timeoutMs} ms`;
    reject(new X509SourceTimeout(text, lastError === undefined ? {} : { cause: lastError }));
  }, timeoutMs);
  const stop = createWorkloadApiClient(options).watchX509Context(
    (context) => {
      source.update(context);
      resolve();
    },
    (error) => {
      lastError = error;
      options.onError?.(error);
      if (error.isFinal) reject(error);
    },
  );
  source.onClose(stop);
  try {
    await first;
    return source;
  } catch (error) {
    stop();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

class WatchingX509Source implements X509Source {
  readonly #listeners = new Set<() => void>();
  #svids: readonly X509Svid[] = [];
  #byId: ReadonlyMap<string, X509Svid> = new Map();
  #bundles = new X509BundleSet();
  #close: () => void = () => {};

  svid(spiffeId?: string): X509Svid {
    const svid = spiffeId === undefined ? this.#svids[0] : this.#byId.get(spiffeId);
    if (svid === undefined) {
      throw new X509SvidNotHeld('the source holds no such SVID', { context: { spiffeId } });
    }
    return svid;
  }

  svids(): readonly X509Svid[] {
    return this.#svids;
  }

  bundles(): X509BundleSet {
    return this.#bundles;
  }

  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#close();
  }

  update({ svids, bundles }: X509Context): void {
    this.#svids = svids;
    this.#byId = new Map(svids.map((svid) => [svid.spiffeId.toString(), svid]));
    this.#bundles = bundles;
    for (const listener of this.#listeners) listener();
  }

  onClose(close: () => void): void {
    this.#close = close;
  }
}
