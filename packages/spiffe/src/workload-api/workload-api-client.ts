import { JwtBundleSet, parseJwtBundle } from '../bundle/jwt-bundle.ts';
import { parseWitBundle, WitBundleSet } from '../bundle/wit-bundle.ts';
import type { X509BundleSet } from '../bundle/x509-bundle.ts';
import { type JwtSvid, parseJwtSvidInsecure } from '../jwt-svid/jwt-svid.ts';
import { audiencesOf, type JwtSvidRequest, readJwtSvids } from './jwt-svids.ts';
import { TokenBundlesReader } from './token-bundles.ts';
import { type Watcher, watchStream } from './watch-stream.ts';
import { type HeldWitSvid, readWitSvids, shortestWitLifetimeMs, type WitSvidRequest } from './wit-svids.ts';
import { type CallOptions, type StreamResponses, WorkloadApiCalls } from './workload-api-calls.ts';
import { malformedResponse, WorkloadApiCallFailed } from './workload-api-client.errors.ts';
import type { JwtBundlesResponse, WitBundlesResponse } from './workload-api-definition.ts';
import { type WorkloadEndpointOptions, workloadEndpointTarget } from './workload-endpoint.ts';
import { X509BundlesReader } from './x509-bundles.ts';
import { shortestLifetimeMs, type X509Context, X509ContextReader } from './x509-context.ts';

export interface WorkloadApiClientOptions extends WorkloadEndpointOptions {
  /** The chance in the delays between streams: uniform in [0, 1). */
  readonly jitter?: () => number;
}

export interface WatchOptions {
  /** Ends the watch, as the returned function does. */
  readonly signal?: AbortSignal | undefined;
}

type Watch<State> = (watcher: Watcher<State>, options?: WatchOptions) => () => void;
type Fetch<State> = (options?: CallOptions) => Promise<State>;

/**
 * A client of one Workload Endpoint. Fetches ask once, reject with `WorkloadApiCallFailed` and are not
 * retried. Watches go on until they are stopped: each complete state goes to `onUpdate`, each lost stream
 * to `onError`, after which they try again with growing delays, unless the error `isFinal`.
 */
export interface WorkloadApiClient {
  readonly fetchX509Context: Fetch<X509Context>;
  readonly watchX509Context: Watch<X509Context>;
  readonly fetchX509Bundles: Fetch<X509BundleSet>;
  readonly watchX509Bundles: Watch<X509BundleSet>;
  /** The identity that was asked for, or the default one. */
  fetchJwtSvid(request: JwtSvidRequest, options?: CallOptions): Promise<JwtSvid>;
  /** All identities of the workload, the default one first. */
  fetchJwtSvids(request: JwtSvidRequest, options?: CallOptions): Promise<readonly JwtSvid[]>;
  readonly fetchJwtBundles: Fetch<JwtBundleSet>;
  readonly watchJwtBundles: Watch<JwtBundleSet>;
  /** Lets the Workload API verify a token that a caller presents; `verifyJwtSvid` does it in this process. */
  validateJwtSvid(
    presented: { readonly token: string; readonly audience: string },
    options?: CallOptions,
  ): Promise<JwtSvid>;
  /** Incubating, as all of the WIT-SVID profile: not every Workload API has it. */
  fetchWitSvids(request?: WitSvidRequest, options?: CallOptions): Promise<readonly HeldWitSvid[]>;
  watchWitSvids(
    request: WitSvidRequest,
    watcher: Watcher<readonly HeldWitSvid[]>,
    options?: WatchOptions,
  ): () => void;
  readonly fetchWitBundles: Fetch<WitBundleSet>;
  readonly watchWitBundles: Watch<WitBundleSet>;
}

/** A client of any SPIFFE Workload API: our sidecar's, or SPIRE's agent's. */
export function createWorkloadApiClient(options: WorkloadApiClientOptions = {}): WorkloadApiClient {
  const calls = new WorkloadApiCalls(workloadEndpointTarget(options));
  const states = new WorkloadApiStates(calls, options.jitter ?? Math.random);
  return {
    ...states.x509Context(),
    ...states.x509Bundles(),
    ...states.jwtBundles(),
    ...states.witSvids(),
    ...states.witBundles(),
    fetchJwtSvid: async (request, callOptions) => {
      const [svid] = await fetchJwtSvids(calls, request, callOptions);
      if (svid === undefined) throw malformedResponse(new TypeError('svids is empty'));
      return svid;
    },
    fetchJwtSvids: (request, callOptions) => fetchJwtSvids(calls, request, callOptions),
    validateJwtSvid: async ({ token, audience }, callOptions = {}) => {
      await calls.unary('ValidateJWTSVID', { svid: token, audience }, callOptions);
      return usable(() => parseJwtSvidInsecure(token, [audience]));
    },
  };
}

async function fetchJwtSvids(calls: WorkloadApiCalls, request: JwtSvidRequest, options: CallOptions = {}) {
  const audience = audiencesOf(request);
  const message = { audience, spiffeId: request.spiffeId ?? '' };
  const response = await calls.unary('FetchJWTSVID', message, options);
  return await usable(() => readJwtSvids(response, audience));
}

/** How a stream's messages become states. */
interface StreamReading<Method extends keyof StreamResponses, State> {
  readonly method: Method;
  readonly request?: object;
  /** A reader of its own for each stream: it remembers what it has read. */
  readonly reader: () => (response: StreamResponses[Method]) => State | Promise<State>;
  readonly lifetimeMs: (state: State) => number;
}

/** A bundle has no end of its own. */
const forGood = () => Number.POSITIVE_INFINITY;

class WorkloadApiStates {
  readonly #calls: WorkloadApiCalls;
  readonly #jitter: () => number;

  constructor(calls: WorkloadApiCalls, jitter: () => number) {
    this.#calls = calls;
    this.#jitter = jitter;
  }

  x509Context() {
    const { fetch, watch } = this.#stream({
      method: 'FetchX509SVID',
      reader: () => {
        const reader = new X509ContextReader();
        return (response) => reader.read(response);
      },
      lifetimeMs: shortestLifetimeMs,
    });
    return { fetchX509Context: fetch, watchX509Context: watch };
  }

  x509Bundles() {
    const { fetch, watch } = this.#stream({
      method: 'FetchX509Bundles',
      reader: () => {
        const reader = new X509BundlesReader();
        return (response) => reader.read(response);
      },
      lifetimeMs: forGood,
    });
    return { fetchX509Bundles: fetch, watchX509Bundles: watch };
  }

  jwtBundles() {
    const { fetch, watch } = this.#stream({
      method: 'FetchJWTBundles',
      reader: () => {
        const reader = new TokenBundlesReader(parseJwtBundle);
        return ({ bundles }: JwtBundlesResponse) => new JwtBundleSet(reader.read(bundles));
      },
      lifetimeMs: forGood,
    });
    return { fetchJwtBundles: fetch, watchJwtBundles: watch };
  }

  witBundles() {
    const { fetch, watch } = this.#stream({
      method: 'FetchWITBundles',
      reader: () => {
        const reader = new TokenBundlesReader(parseWitBundle);
        return ({ bundles }: WitBundlesResponse) => new WitBundleSet(reader.read(bundles));
      },
      lifetimeMs: forGood,
    });
    return { fetchWitBundles: fetch, watchWitBundles: watch };
  }

  witSvids() {
    const stream = ({ spiffeId = '' }: WitSvidRequest) =>
      this.#stream({
        method: 'FetchWITSVID',
        request: { spiffeId },
        reader: () => readWitSvids,
        lifetimeMs: shortestWitLifetimeMs,
      });
    return {
      fetchWitSvids: (request: WitSvidRequest = {}, options?: CallOptions) => stream(request).fetch(options),
      watchWitSvids: (
        request: WitSvidRequest,
        watcher: Watcher<readonly HeldWitSvid[]>,
        options?: WatchOptions,
      ) => stream(request).watch(watcher, options),
    };
  }

  #stream<Method extends keyof StreamResponses, State>(reading: StreamReading<Method, State>) {
    const { method, request = {}, reader, lifetimeMs } = reading;
    const fetch: Fetch<State> = async (options = {}) => {
      const response = await this.#calls.first(method, request, options);
      return await usable(() => reader()(response));
    };
    const watch: Watch<State> = (watcher, { signal } = {}) =>
      watchStream(
        {
          open: () => this.#calls.openStream(method, request),
          read: reader(),
          lifetimeMs,
          jitter: this.#jitter,
          signal,
        },
        watcher,
      );
    return { fetch, watch };
  }
}

async function usable<State>(read: () => State | Promise<State>): Promise<State> {
  try {
    return await read();
  } catch (cause) {
    throw cause instanceof WorkloadApiCallFailed ? cause : malformedResponse(cause);
  }
}
