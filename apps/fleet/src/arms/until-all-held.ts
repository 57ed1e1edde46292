import type { PlannedAgent } from '@blastradius/scenario';
import { IdentityMissing } from '../fleet.errors.ts';

const IDENTITIES_WITHIN_MS = 60_000;

/** Rejects after a minute, naming an agent that has no identity yet. */
export async function untilAllHeld(
  agents: readonly PlannedAgent[],
  source: {
    readonly isHeld: (agent: string) => boolean;
    /** As the sources of SVIDs have it. */
    readonly onUpdate: (listener: () => void) => () => void;
  },
): Promise<void> {
  const missing = () => agents.find(({ name }) => !source.isHeld(name));
  if (missing() === undefined) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(new IdentityMissing(`the Workload API gave no identity to ${missing()?.name}`));
  }, IDENTITIES_WITHIN_MS);
  const stop = source.onUpdate(() => missing() === undefined && resolve());
  if (missing() === undefined) resolve();
  await promise.finally(() => {
    clearTimeout(timer);
    stop();
  });
}
