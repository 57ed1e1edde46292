import type { SpiffeBundle } from '../bundle/spiffe-bundle.ts';
import { X509BundleSet } from '../bundle/x509-bundle.ts';
import { acceptFetchedBundle } from './accept-fetched-bundle.ts';
import {
  type BundleEndpoint,
  type EndpointProfile,
  parseEndpointSpiffeId,
  parseEndpointUrl,
} from './bundle-endpoint.ts';
import { BundleEndpointInvalid } from './federation.errors.ts';
import { type FetchBundleOptions, fetchBundle } from './fetch-bundle.ts';
import { refreshPauseSeconds } from './refresh-pause.ts';

/** One bundle of another trust domain, kept up to date from its endpoint. */
export interface FederatedBundleSource extends Disposable {
  /** Undefined until the first success, where none was given. */
  bundle(): SpiffeBundle | undefined;
  /** Calls the listener after each change of the keys, until the returned function is called. */
  onUpdate(listener: () => void): () => void;
  /** Asks now; rejects with BundleFetchFailed, and what is held stays. */
  refresh(): Promise<SpiffeBundle>;
  close(): void;
}

export interface FederatedBundleSourceOptions extends Omit<FetchBundleOptions, 'signal'> {
  readonly trustDomain: string;
  readonly url: string;
  /** For https_spiffe `bundles` may be left out where the endpoint is of the trust domain itself. */
  readonly profile:
    | Extract<EndpointProfile, { type: 'https_web' }>
    | (Omit<Extract<EndpointProfile, { type: 'https_spiffe' }>, 'bundles'> & {
        readonly bundles?: () => X509BundleSet;
      });
  /** Whose bundle is made here and never fetched. */
  readonly ownTrustDomain?: string;
  /** The bundle that the operator brought; https_spiffe begins by it. */
  readonly bundle?: SpiffeBundle;
  /** Hears of each failure; the next try comes by itself. */
  readonly onError?: (error: unknown) => void;
  readonly random?: () => number;
  /** For tests: what asks the endpoint. */
  readonly fetch?: typeof fetchBundle;
}

/** Asks the endpoint at once and from then on by its refresh hint. Throws `federation.endpoint-invalid`. */
export function createFederatedBundleSource(options: FederatedBundleSourceOptions): FederatedBundleSource {
  const { random = Math.random, fetch = fetchBundle, onError = () => {} } = options;
  const listeners = new Set<() => void>();
  const closing = new AbortController();
  let held = options.bundle;
  let failures = 0;
  let timer: NodeJS.Timeout | undefined;
  const endpoint = checkedEndpoint(options, () => held);

  const take = async () => {
    const fetched = await fetch(endpoint, { ...options, signal: closing.signal });
    const isChanged = acceptFetchedBundle(held, fetched);
    held = fetched;
    if (isChanged) for (const listener of listeners) listener();
    return fetched;
  };
  const schedule = () => {
    if (closing.signal.aborted) return;
    const pause = refreshPauseSeconds({ refreshHintSeconds: held?.refreshHintSeconds, failures }, random());
    clearTimeout(timer);
    timer = setTimeout(() => void refresh().catch(onError), pause * 1000);
    timer.unref();
  };
  const refresh = async () => {
    try {
      const fetched = await take();
      failures = 0;
      return fetched;
    } catch (error) {
      failures += 1;
      throw error;
    } finally {
      schedule();
    }
  };
  const close = () => {
    closing.abort();
    clearTimeout(timer);
    listeners.clear();
  };
  refresh().catch(onError);
  return {
    bundle: () => held,
    onUpdate: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    refresh,
    close,
    [Symbol.dispose]: close,
  };
}

/** What can't be meant is said when it is set up, and not at each try. */
function checkedEndpoint(
  { trustDomain, url, profile, ownTrustDomain }: FederatedBundleSourceOptions,
  held: () => SpiffeBundle | undefined,
): BundleEndpoint {
  parseEndpointUrl(url);
  if (trustDomain === ownTrustDomain) {
    const reason = `${trustDomain} is our own trust domain: it does not federate with itself`;
    throw new BundleEndpointInvalid(reason, { publicDetail: reason });
  }
  if (profile.type === 'https_web') return { trustDomain, url, profile };
  parseEndpointSpiffeId(profile.endpointSpiffeId);
  const own = () => new X509BundleSet(x509BundlesOf(held()));
  return { trustDomain, url, profile: { ...profile, bundles: profile.bundles ?? own } };
}

function x509BundlesOf(held: SpiffeBundle | undefined) {
  return held === undefined ? [] : [{ trustDomain: held.trustDomain, authorities: held.x509Authorities }];
}
