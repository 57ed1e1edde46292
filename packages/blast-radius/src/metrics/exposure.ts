import { z } from 'zod';
import { type ArmFacts, countAgents } from '../run/arm-facts.ts';
import { acceptedUses } from './credentials.ts';
import { rounded } from './rounding.ts';

/**
 * Minutes from the leak to the last accepted use of a stolen credential; null where none was ever
 * accepted. Where the run names no leak, the first accepted use stands for it.
 */
export function exposureWindow(facts: ArmFacts): number | null {
  const uses = acceptedUses(facts);
  const last = uses.at(-1);
  if (!last) return null;
  return rounded(last.minute - (facts.run.leakMinute ?? uses[0]?.minute ?? last.minute));
}

/** Minutes from the leak to the first accepted use: what a defender would have had. */
export function minutesToFirstUse(facts: ArmFacts): number | null {
  const first = acceptedUses(facts)[0];
  return first && facts.run.leakMinute !== null ? rounded(first.minute - facts.run.leakMinute) : null;
}

/** What is answered otherwise (404, 409, 429), or not at all, says nothing about what was shown. */
const REFUSALS_OF_A_CREDENTIAL: readonly (number | null)[] = [401, 403, null];

/**
 * Agents whose stolen credential was accepted at the last of the thief's tries that told it so or otherwise:
 * the exposure had not ended when the run did, and `exposureWindow` is a lower bound.
 */
export function credentialsAcceptedAtLastTry({ attacker }: ArmFacts): number {
  const lastOutcome = new Map<string, string>();
  for (const { vector, victim, outcome, status } of attacker) {
    if (vector !== 'stolen-credential' || victim === null || outcome === 'failed') continue;
    if (outcome === 'refused' && !REFUSALS_OF_A_CREDENTIAL.includes(status)) continue;
    lastOutcome.set(victim, outcome);
  }
  return [...lastOutcome.values()].filter((outcome) => outcome === 'accepted').length;
}

export const blastArea = z.strictObject({
  withStolenCredential: z.number(),
  throughHole: z.number(),
  unit: z.literal('agent-minutes'),
});
export type BlastArea = z.infer<typeof blastArea>;

/**
 * Reach times time, as measured: the integral over incident time of the number of agents whose
 * actions the thief can take.
 *
 * With stolen credentials an agent is in reach from the first to the last accepted use of its
 * credential. Through the hole every agent of the world is in reach from the first to the last
 * accepted write: a table without row-level security doesn't ask whose row it is. Both are lower
 * bounds; what was possible before the first and after the last try is not counted.
 */
export function measureBlastArea(facts: ArmFacts): BlastArea {
  const uses = Map.groupBy(acceptedUses(facts), (use) => use.victim);
  const perAgent = [...uses.values()].map(span);
  const holeWrites = facts.attacker.filter(
    ({ vector, forges, outcome }) => vector === 'hole' && forges && outcome === 'accepted',
  );
  return {
    withStolenCredential: rounded(perAgent.reduce((sum, minutes) => sum + minutes, 0)),
    throughHole: rounded(span(holeWrites) * countAgents(facts)),
    unit: 'agent-minutes',
  };
}

function span(attempts: ArmFacts['attacker']): number {
  return (attempts.at(-1)?.minute ?? 0) - (attempts[0]?.minute ?? 0);
}
