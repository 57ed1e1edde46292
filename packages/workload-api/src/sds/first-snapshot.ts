import type { WorkloadIdentities, X509Snapshot } from '../workload-identities.ts';

/** What the caller may have now, for a call with one answer. Rejects as the source does, or with the signal. */
export function firstSnapshot(
  source: WorkloadIdentities,
  selectors: readonly string[],
  signal: AbortSignal,
): Promise<X509Snapshot> {
  const { promise, resolve, reject } = Promise.withResolvers<X509Snapshot>();
  if (signal.aborted) reject(signal.reason);
  signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  const stop = source.watch(selectors, { onSnapshot: resolve, onError: reject });
  return promise.finally(stop);
}
