import type { ArmFacts } from '../run/arm-facts.ts';

/**
 * Agents whose reusable credential was in what the thief harvested. Reusable is what authenticates
 * by itself; a SPIFFE ID is a name and doesn't count.
 */
export function credentialsLeaked({ attacker }: ArmFacts): number {
  return new Set(attacker.flatMap((attempt) => attempt.loot?.credentialsOf ?? [])).size;
}

/**
 * Agents for which the network accepted a stolen credential after the table of the credentials was
 * closed: what the first fix did not undo. Nothing was closed, nothing is after.
 */
export function credentialsUsableAfterFix(facts: ArmFacts): number {
  const { holeClosedMinute } = facts.run;
  if (holeClosedMinute === null) return 0;
  return countVictims(
    acceptedUses(facts).filter((use) => use.vector === 'stolen-credential' && use.minute >= holeClosedMinute),
  );
}

/** Agents in whose name a forged request was accepted by the network at least once. */
export function agentsImpersonated(facts: ArmFacts): number {
  return countVictims(acceptedUses(facts).filter((use) => use.forges));
}

/** Every request the network accepted from the thief as if it were the agent, or from the agent for the thief. */
export function acceptedUses({ attacker }: ArmFacts): ArmFacts['attacker'] {
  return attacker.filter(
    (attempt) =>
      inVictimsName.has(attempt.vector) && attempt.outcome === 'accepted' && attempt.victim !== null,
  );
}

const inVictimsName = new Set(['stolen-credential', 'confused-agent']);

function countVictims(attempts: ArmFacts['attacker']): number {
  return new Set(attempts.map((attempt) => attempt.victim)).size;
}
