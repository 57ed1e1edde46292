import type { ArmResult } from '@blastradius/blast-radius';
import type { Leak } from '@blastradius/contracts';

/** These may keep honest agents from their work by themselves: that is what is measured. */
const DISTURBING: readonly Leak[] = ['issuer-outage', 'man-in-the-middle', 'prompt-injection', 'host-root'];
const ACCEPTED_BEFORE_LEAK_MIN = 0.9;
const FAILED_SHARE_MAX = 0.05;

/**
 * Why a trial says more about a starved machine than about its arm; null where it counts. Refusals after
 * a reset are results, so that only what nobody could have caused is held against the trial.
 */
export function whyRejected(leak: Leak, { honestRequests }: ArmResult): string | null {
  const { sent, failed, byPhase } = honestRequests;
  if (sent === 0) return 'no honest request was sent';
  const before = byPhase.beforeLeak.acceptedShare;
  if (before !== null && before < ACCEPTED_BEFORE_LEAK_MIN) {
    return `only ${percentOf(before)} of the honest requests before the leak were accepted`;
  }
  if (!DISTURBING.includes(leak) && failed / sent > FAILED_SHARE_MAX) {
    return `${percentOf(failed / sent)} of the honest requests had no answer, and the leak disturbs nothing`;
  }
  return null;
}

const percentOf = (share: number) => `${Math.round(share * 1000) / 10} %`;
