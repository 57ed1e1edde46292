import { type IncidentClock, wallMsAt } from '@blastradius/kernel';

/** Longer waits are cut into pieces, so that a corrected wall clock is noticed. */
const WAIT_MS_MAX = 1000;

/**
 * Starts each action at its minute and waits for none of them: arrivals stay open, however slow
 * the network is. Resolves at `endMinute`, when all that was started has ended, or on abort;
 * rejects then if an action did, which is never a matter of what the network answered.
 */
export async function followPlan<A extends { readonly atMinute: number }>(
  actions: readonly A[],
  perform: (action: A) => Promise<void>,
  when: { readonly clock: IncidentClock; readonly endMinute: number; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, endMinute, signal } = when;
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  for (const action of actions) {
    if (action.atMinute >= endMinute) break;
    await until(wallMsAt(clock, action.atMinute), signal);
    if (signal.aborted) break;
    const performing = perform(action)
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(performing));
    underWay.add(performing);
  }
  await until(wallMsAt(clock, endMinute), signal);
  await Promise.all(underWay);
  if (failure) throw failure.error;
}

async function until(atMs: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const waitMs = atMs - Date.now();
    if (waitMs <= 0 || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(waitMs, WAIT_MS_MAX));
      signal.addEventListener('abort', done);
    });
  }
}
