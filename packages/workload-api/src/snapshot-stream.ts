import { NewestOnly } from './newest-only.ts';
import { WorkloadChanged } from './workload-api.errors.ts';

/** Hears of the complete state, and again of each newer one. */
export interface SnapshotWatcher<T> {
  onSnapshot(snapshot: T): void;
  onError(error: unknown): void;
}

export interface SnapshotStreamOptions<T> {
  readonly watch: (selectors: readonly string[], watcher: SnapshotWatcher<T>) => () => void;
  /** The caller's selectors, found out anew at each call. */
  readonly attest: () => Promise<readonly string[]>;
  /** Throws where the snapshot holds nothing for the caller. */
  readonly encode: (snapshot: T) => Buffer;
  /** Settles when the message has left for the reader. */
  readonly send: (message: Buffer) => Promise<void>;
  /** Ends the stream: the caller hung up, or the server closes. */
  readonly signal: AbortSignal;
}

/**
 * Attests the caller, then sends the complete state and, on each change, the newest one. The
 * caller is attested again before every push, so that a workload whose script was changed on
 * disk loses its stream at the next rotation. Returns when `signal` says so, throws when the
 * caller may have nothing (more).
 */
export async function streamSnapshots<T>(options: SnapshotStreamOptions<T>): Promise<void> {
  const selectors = await options.attest();
  if (options.signal.aborted) return;
  const { promise: ended, resolve: end, reject: fail } = Promise.withResolvers<void>();
  let last: Buffer | undefined;
  const push = async (snapshot: T) => {
    if (last !== undefined) await assertStill(selectors, options.attest);
    const message = options.encode(snapshot);
    if (options.signal.aborted || (last !== undefined && message.equals(last))) return;
    last = message;
    await options.send(message);
  };
  const newest = new NewestOnly(push, fail);
  const stop = options.watch(selectors, { onSnapshot: (next) => newest.offer(next), onError: fail });
  options.signal.addEventListener('abort', () => end(), { once: true });
  try {
    await ended;
  } finally {
    stop();
    newest.stop();
  }
}

/** Throws where the caller is not what it was attested as. */
export async function assertStill(
  selectors: readonly string[],
  attest: () => Promise<readonly string[]>,
): Promise<void> {
  const now = await attest();
  if (now.length !== selectors.length || now.some((selector, index) => selector !== selectors[index])) {
    throw new WorkloadChanged('the workload is not what it was attested as', {
      context: { attested: selectors, now },
    });
  }
}
