import { Client, credentials, Metadata, type ServiceError } from '@grpc/grpc-js';
import { watchRetryDelayMs } from './watch-backoff.ts';
import { WorkloadApiWatchFailed, watchFailureOf } from './workload-api-client.errors.ts';
import { WORKLOAD_HEADER, workloadApiDefinition, type X509SvidResponse } from './workload-api-definition.ts';
import { type WorkloadEndpointOptions, workloadEndpointTarget } from './workload-endpoint.ts';
import { type X509Context, X509ContextReader } from './x509-context.ts';

export interface WorkloadApiClientOptions extends WorkloadEndpointOptions {
  /** The chance in the delays between streams: uniform in [0, 1). */
  readonly jitter?: () => number;
}

export interface WorkloadApiClient {
  /**
   * Keeps a FetchX509SVID stream open until `stop` is called: each complete state goes to
   * `onUpdate`, each lost stream to `onError`, after which it tries again, unless the error
   * `isFinal`.
   */
  watchX509Context(
    onUpdate: (context: X509Context) => void,
    onError: (error: WorkloadApiWatchFailed) => void,
  ): () => void;
}

const UNUSABLE = 'the response holds an unusable SVID or bundle';
const CHANNEL_OPTIONS = {
  // A host of many agents gets thousands of SVIDs in one response.
  'grpc.max_receive_message_length': -1,
  // Some clients send the socket's path, which HTTP/2 servers refuse.
  'grpc.default_authority': 'localhost',
  // Each stream has its own connection, so that retries are ours alone to time.
  'grpc.use_local_subchannel_pool': 1,
  'grpc.enable_http_proxy': 0,
  'grpc.service_config_disable_resolution': 1,
} as const;

/** A client of any SPIFFE Workload API: our sidecar's, or SPIRE's agent's. */
export function createWorkloadApiClient(options: WorkloadApiClientOptions = {}): WorkloadApiClient {
  const target = workloadEndpointTarget(options);
  const jitter = options.jitter ?? Math.random;
  return {
    watchX509Context: (onUpdate, onError) => {
      const watch = new X509ContextWatch(target, jitter, { onUpdate, onError });
      return () => watch.stop();
    },
  };
}

interface X509ContextWatcher {
  onUpdate(context: X509Context): void;
  onError(error: WorkloadApiWatchFailed): void;
}

class X509ContextWatch {
  readonly #target: string;
  readonly #jitter: () => number;
  readonly #watcher: X509ContextWatcher;
  readonly #reader = new X509ContextReader();
  #held: X509Context | undefined;
  #failures = 0;
  #hangUp: () => void = () => {};
  #stopped = false;

  constructor(target: string, jitter: () => number, watcher: X509ContextWatcher) {
    this.#target = target;
    this.#jitter = jitter;
    this.#watcher = watcher;
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    this.#hangUp();
  }

  #open(): void {
    const client = new Client(this.#target, credentials.createInsecure(), CHANNEL_OPTIONS);
    const call = fetchX509Svid(client);
    // The first end counts; a stream that fails and ends would otherwise be followed by two.
    let isOpen = true;
    const lost = (error: WorkloadApiWatchFailed) => {
      if (!isOpen) return;
      isOpen = false;
      call.cancel();
      client.close();
      this.#retry(error);
    };
    call.on('data', async (response: X509SvidResponse) => {
      call.pause();
      const context = await this.#reader.read(response).catch((cause: unknown) => {
        lost(new WorkloadApiWatchFailed('workload-api.malformed-response', UNUSABLE, { cause }));
        return undefined;
      });
      call.resume();
      if (context !== undefined && isOpen && !this.#stopped) this.#take(context);
    });
    call.on('error', (error: ServiceError) => lost(watchFailureOf(error)));
    call.on('end', () => lost(watchFailureOf({ details: 'the server ended the stream' })));
    this.#hangUp = () => {
      call.cancel();
      client.close();
    };
  }

  #take(context: X509Context): void {
    this.#held = context;
    this.#failures = 0;
    this.#watcher.onUpdate(context);
  }

  #retry(error: WorkloadApiWatchFailed): void {
    if (this.#stopped) return;
    this.#watcher.onError(error);
    if (error.isFinal || this.#stopped) return;
    const delayMs = watchRetryDelayMs(this.#failures, this.#held, this.#jitter());
    this.#failures += 1;
    const timer = setTimeout(() => this.#open(), delayMs);
    this.#hangUp = () => clearTimeout(timer);
  }
}

function fetchX509Svid(client: Client) {
  const method = workloadApiDefinition()['FetchX509SVID'];
  if (method === undefined) throw new TypeError('the Workload API defines no FetchX509SVID');
  const metadata = new Metadata();
  metadata.set(WORKLOAD_HEADER, 'true');
  return client.makeServerStreamRequest(
    method.path,
    method.requestSerialize,
    method.responseDeserialize,
    {},
    metadata,
  );
}
