import type { ServiceError } from '@grpc/grpc-js';
import { watchRetryDelayMs } from './watch-backoff.ts';
import type { OpenStream } from './workload-api-calls.ts';
import {
  callFailureOf,
  malformedResponse,
  type WorkloadApiCallFailed,
} from './workload-api-client.errors.ts';

/** Who is told what a stream says. */
export interface Watcher<State> {
  /** The complete state: what is absent has been withdrawn. */
  onUpdate(state: State): void;
  /** A stream that was lost, or a response that was discarded. The watch goes on, unless the error `isFinal`. */
  onError(error: WorkloadApiCallFailed): void;
}

export interface StreamWatch<Response, State> {
  readonly open: () => OpenStream<Response>;
  /** Rejects what can't be used. */
  readonly read: (response: Response) => State | Promise<State>;
  /** The shortest lifetime in it, from which follows how long a lost stream may stay lost. */
  readonly lifetimeMs: (state: State) => number;
  /** The chance in the delays between streams: uniform in [0, 1). */
  readonly jitter: () => number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps a stream of complete states open, until the returned function is called or the signal aborts: what
 * can't be read is reported and discarded, a stream that is lost is opened again.
 */
export function watchStream<Response, State>(
  watch: StreamWatch<Response, State>,
  watcher: Watcher<State>,
): () => void {
  if (watch.signal?.aborted) return () => {};
  const running = new RunningWatch(watch, watcher);
  const stop = () => {
    watch.signal?.removeEventListener('abort', stop);
    running.stop();
  };
  watch.signal?.addEventListener('abort', stop, { once: true });
  running.open();
  return stop;
}

class RunningWatch<Response, State> {
  readonly #watch: StreamWatch<Response, State>;
  readonly #watcher: Watcher<State>;
  #heldLifetimeMs: number | undefined;
  #failures = 0;
  #hangUp: () => void = () => {};
  #stopped = false;

  constructor(watch: StreamWatch<Response, State>, watcher: Watcher<State>) {
    this.#watch = watch;
    this.#watcher = watcher;
  }

  stop(): void {
    this.#stopped = true;
    this.#hangUp();
  }

  open(): void {
    const { call, hangUp } = this.#watch.open();
    this.#hangUp = hangUp;
    // The first end counts; a stream that fails and ends would otherwise be followed by two.
    let isOpen = true;
    const lost = (error: WorkloadApiCallFailed) => {
      if (!isOpen) return;
      isOpen = false;
      hangUp();
      this.#retry(error);
    };
    call.on('data', async (response: Response) => {
      call.pause();
      const state = await this.#read(response);
      if (state !== undefined && isOpen && !this.#stopped) this.#take(state.value);
      call.resume();
    });
    call.on('error', (error: ServiceError) => lost(callFailureOf(error)));
    call.on('end', () => lost(callFailureOf({ details: 'the server ended the stream' })));
  }

  /** SPIFFE Workload API, 4.5: what can't be used is discarded, and what came before it stays. */
  async #read(response: Response): Promise<{ readonly value: State } | undefined> {
    try {
      return { value: await this.#watch.read(response) };
    } catch (cause) {
      if (!this.#stopped) this.#watcher.onError(malformedResponse(cause));
      return undefined;
    }
  }

  #take(state: State): void {
    this.#heldLifetimeMs = this.#watch.lifetimeMs(state);
    this.#failures = 0;
    this.#watcher.onUpdate(state);
  }

  #retry(error: WorkloadApiCallFailed): void {
    if (this.#stopped) return;
    this.#watcher.onError(error);
    if (error.isFinal || this.#stopped) return;
    const progress = { failures: this.#failures, heldLifetimeMs: this.#heldLifetimeMs };
    this.#failures += 1;
    const timer = setTimeout(() => this.open(), watchRetryDelayMs(progress, this.#watch.jitter()));
    this.#hangUp = () => clearTimeout(timer);
  }
}
