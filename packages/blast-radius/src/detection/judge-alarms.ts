import type { ArmFacts } from '../run/arm-facts.ts';
import type { Alarm } from './detection.ts';

/**
 * Whether an alarm is right, by what the thief itself has written down: what no detection may look at. An alarm is
 * right where its record is the thief's, or where what it is about (a credential, an agent, a connection) had been
 * in the thief's use by then.
 */
export function judgeAlarms(facts: ArmFacts): (alarm: Alarm) => boolean {
  const { leak, leakMinute } = facts.run;
  const own = new Set(facts.attacker.map(({ requestId }) => requestId));
  const seen = facts.audit.filter(({ requestId }) => own.has(requestId));
  const isNobodys = leakMinute === null || leak === 'issuer-outage';
  return ({ minute, ledger, recordId, about }) => {
    if (own.has(recordId)) return true;
    // An act of the issuer names no request, so that only its time can tell.
    if (ledger === 'issuer') return !isNobodys && minute >= leakMinute;
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
