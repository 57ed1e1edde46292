import type { Watcher } from '../workload-api/watch-stream.ts';
import type { WorkloadApiCallFailed } from '../workload-api/workload-api-client.errors.ts';
import { type SourceKind, SourceTimeout } from './source.errors.ts';

/** What every source of live values is opened with. */
export interface SourceOptions {
  /** How long to wait for the first update. */
  readonly timeoutMs?: number;
  /** Hears of each lost stream and each discarded response; the source goes on by itself. */
  readonly onError?: (error: WorkloadApiCallFailed) => void;
  /** Gives up waiting for the first update. */
  readonly signal?: AbortSignal;
}

const TIMEOUT_MS = 30_000;

/** The newest state of a watch, and those who want to hear of the next. */
export class LiveState<State> {
  readonly #listeners = new Set<() => void>();
  readonly #stop: () => void;
  #state: State;

  private constructor(state: State, stop: () => void) {
    this.#state = state;
    this.#stop = stop;
  }

  /** Watches, and waits for the first state. Rejects after the timeout, or when trying is in vain. */
  static async open<State>(
    kind: SourceKind,
    watch: (watcher: Watcher<State>) => () => void,
    options: SourceOptions & {
      /** What is left when the workload is told that it may have nothing (any more). */
      readonly denied?: (state: State) => State;
      /** What is held after an update; left out, the update. */
      readonly after?: (next: State, held: State) => State;
    },
  ): Promise<LiveState<State>> {
    const { promise, resolve, reject } = Promise.withResolvers<State>();
    let live: LiveState<State> | undefined;
    let lastError: WorkloadApiCallFailed | undefined;
    const stop = watch({
      onUpdate: (state) => {
        if (live === undefined) live = new LiveState(state, () => stop());
        else live.#set(options.after?.(state, live.#state) ?? state);
        resolve(state);
      },
      onError: (error) => {
        lastError = error;
        options.onError?.(error);
        if (isInVain(error)) reject(error);
        if (error.code === 'workload-api.permission-denied') live?.deny(options.denied);
      },
    });
    const { timeoutMs = TIMEOUT_MS, signal } = options;
    const late = () => new SourceTimeout(kind, `nothing came within ${timeoutMs} ms`, causedBy(lastError));
    const timer = setTimeout(() => reject(late()), timeoutMs);
    const abort = () => reject(signal?.reason);
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } catch (error) {
      stop();
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    }
    if (live === undefined) throw new TypeError('a watch resolved without a state');
    return live;
  }

  get state(): State {
    return this.#state;
  }

  onUpdate(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #set(state: State): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  deny(denied: ((state: State) => State) | undefined): void {
    if (denied !== undefined) this.#set(denied(this.#state));
  }
}

/** What no second try would change within the time that one waits for a first update. */
function isInVain(error: WorkloadApiCallFailed): boolean {
  return error.isFinal || error.code === 'workload-api.unimplemented';
}

function causedBy(cause: WorkloadApiCallFailed | undefined) {
  return cause === undefined ? {} : { cause };
}
