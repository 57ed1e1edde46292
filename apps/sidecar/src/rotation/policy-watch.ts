import type { Clock, Random } from '@blastradius/kernel';
import { IssuerRefused } from '../issuer-client/issuer-client.errors.ts';
import { ScheduledTask } from './scheduled-task.ts';

export interface PolicyWatchOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Answers with another revision than the known one as soon as there is one, and with the known one after a while. */
  readonly nextRevision: (known: number | undefined) => Promise<number>;
  readonly onChange: () => void;
  readonly onFailure: (error: unknown, failures: number) => void;
}

/** An issuer of an earlier release doesn't tell: then a change is seen when entitlements are asked for again. */
const ASK_AGAIN_MS = 60_000;
/** Makes the longest delay ten seconds. */
const PACE_MS = 100_000;

/** Has one request waiting at the issuer at all times, which is answered when the operator has changed the policies. */
export function watchPolicies(options: PolicyWatchOptions): ScheduledTask {
  const { clock, nextRevision, onChange } = options;
  const nowMs = () => clock.now().getTime();
  let known: number | undefined;
  return new ScheduledTask({
    ...options,
    firstDueAtMs: nowMs(),
    run: async () => {
      try {
        const revision = await nextRevision(known);
        // The first answer counts too: between what was asked before it and the answer policies may have changed.
        if (revision !== known) onChange();
        known = revision;
        return nowMs();
      } catch (error) {
        if (!(error instanceof IssuerRefused)) throw error;
        return nowMs() + ASK_AGAIN_MS;
      }
    },
    lifetimeMs: () => PACE_MS,
  });
}
