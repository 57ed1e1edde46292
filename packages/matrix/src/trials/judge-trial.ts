import type { ArmResult } from '@blastradius/blast-radius';
import type { Leak } from '@blastradius/contracts';

/**
 * These may keep honest agents from their work by themselves: that is what is measured. Whoever gets an agent's
 * JWT-SVID from its sidecar, and shows it first where it is good for one use, keeps the agent from that use.
 */
const DISTURBING: readonly Leak[] = [
  'issuer-outage',
  'man-in-the-middle',
  'prompt-injection',
  'host-root',
  'sidecar-socket',
];
/** Something lies in a file for whoever comes, whatever the arm: to find none is the world's lateness. */
const LIES_IN_FILE: readonly Leak[] = ['database-dump', 'request-logs'];
/** Slower than this the thief is late as well, and what it did not get to looks as if it had been refused. */
const LATENCY_INCIDENT_MINUTES_MAX = 4;
const ACCEPTED_BEFORE_LEAK_MIN = 0.9;
const FAILED_SHARE_MAX = 0.05;

/**
 * Why a trial says more about a starved machine than about its arm; null where it counts. Refusals after
 * a reset are results, so that only what nobody could have caused is held against the trial.
 */
export function whyRejected(
  leak: Leak,
  { honestRequests }: ArmResult,
  { foundFile, timeScale }: { readonly foundFile: boolean; readonly timeScale: number },
): string | null {
  if (LIES_IN_FILE.includes(leak) && !foundFile)
    return 'the thief never found what the world had to leave there';
  const { sent, failed, byPhase, latencyMsP50 } = honestRequests;
  if (sent === 0) return 'no honest request was sent';
  const latencyMinutes = ((latencyMsP50 ?? 0) * timeScale) / 60_000;
  if (latencyMinutes > LATENCY_INCIDENT_MINUTES_MAX) {
    return `a request took ${Math.round(latencyMinutes)} minutes of the incident: this machine needs a smaller --time-scale, or fewer worlds --at-once`;
  }
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
