import { wallMsAt } from '@blastradius/kernel';
import type { ArmFacts } from '../run/arm-facts.ts';
import type { Alarm, AlarmLedger } from './detection.ts';

/** Real milliseconds from the beginning of a deed, which is what the thief writes down, to what it leaves behind. */
const AT_ONCE_MS = 2000;
/** A minute is a number with fractions: what it is turned back into may be a little early. */
const CLOCK_MS = 1;
const withoutRequests: ReadonlySet<AlarmLedger> = new Set(['issuer', 'sidecar', 'vault']);
const takes: ReadonlySet<string> = new Set(['take', 'fetch']);

/**
 * Whether an alarm is right, by what the thief itself has written down: what no detection may look at. An alarm is
 * right where its record is the thief's, or where what it is about (a credential, an agent, a connection) had been
 * in the thief's use by then.
 */
export function judgeAlarms(facts: ArmFacts): (alarm: Alarm) => boolean {
  const { leak, leakMinute, clock } = facts.run;
  const own = new Set(facts.attacker.map(({ requestId }) => requestId));
  const seen = facts.audit.filter(({ requestId }) => own.has(requestId));
  const takings = facts.attacker.filter(({ action }) => takes.has(action)).map(({ atMs }) => atMs);
  const isNobodys = leakMinute === null || leak === 'issuer-outage';
  return ({ minute, ledger, recordId, about }) => {
    const atMs = wallMsAt(clock, minute);
    if (own.has(recordId)) return true;
    // What the thief does there bears no number of its own, so that only its time can tell.
    if (withoutRequests.has(ledger)) return takings.some((taken) => isAtOnce(atMs - taken));
    if (about === undefined) return false;
    // What passes through the thief's hands is in the agents' ledger alone, and it stands there from the beginning.
    if (about.sourcePort !== undefined && leak === 'man-in-the-middle' && !isNobodys) return true;
    return seen.some(
      (entry) =>
        entry.minute <= minute &&
        (entry.credentialId === about.credentialId ||
          entry.sourcePort === about.sourcePort ||
          (entry.decision === 'allowed' && entry.agent === about.agent)),
    );
  };
}

function isAtOnce(sinceMs: number): boolean {
  return sinceMs > -CLOCK_MS && sinceMs <= AT_ONCE_MS;
}
