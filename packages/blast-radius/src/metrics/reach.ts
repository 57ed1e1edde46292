import type { LedgerRecord } from '@blastradius/ledger';
import { gatherFacts } from '../run/arm-facts.ts';
import type { ArmManifest } from '../run/run-manifest.ts';
import { acceptedUses } from './credentials.ts';
import { rounded } from './rounding.ts';

/** How long what was taken of one agent worked for the thief. */
export interface StolenCredential {
  readonly agent: string;
  /** Minutes from the taking (or the first try, where no loot names it) to the last accepted use; 0 where none was. */
  readonly minutes: number;
  /** False where the last try of the run was accepted: it worked for at least so long. */
  readonly ended: boolean;
}

/** An agent in whose name the thief acted, from its first to its last accepted use, in incident minutes. */
export interface ReachSpan {
  readonly agent: string;
  readonly fromMinute: number;
  readonly untilMinute: number;
}

export interface Reach {
  readonly stolen: readonly StolenCredential[];
  readonly spans: readonly ReachSpan[];
}

/** What the survival curves and the blast area over time are drawn from. Pure. */
export function traceReach(run: ArmManifest, records: readonly LedgerRecord[]): Reach {
  const facts = gatherFacts(run, records);
  const takenAt = new Map<string, number>();
  for (const { loot, minute } of facts.attacker) {
    for (const agent of loot?.credentialsOf ?? []) takenAt.set(agent, takenAt.get(agent) ?? minute);
  }
  const tries = facts.attacker.filter(
    ({ vector, victim }) => vector === 'stolen-credential' && victim !== null,
  );
  const triesOf = Map.groupBy(tries, ({ victim }) => victim ?? '');
  const accepted = Map.groupBy(acceptedUses(facts), ({ victim }) => victim ?? '');
  // Who is known by name alone was not stolen from: only what was taken, or accepted, is a stolen credential.
  const agents = [...new Set([...takenAt.keys(), ...accepted.keys()])].sort();
  const spans = agents.flatMap((agent) => {
    const uses = accepted.get(agent) ?? [];
    const [first, last] = [uses[0], uses.at(-1)];
    return first && last
      ? [{ agent, fromMinute: rounded(first.minute), untilMinute: rounded(last.minute) }]
      : [];
  });
  const stolen = agents.map((agent) => {
    const from = takenAt.get(agent) ?? triesOf.get(agent)?.[0]?.minute ?? 0;
    const last = accepted.get(agent)?.at(-1);
    return {
      agent,
      minutes: rounded(Math.max(0, (last?.minute ?? from) - from)),
      ended: triesOf.get(agent)?.at(-1)?.outcome !== 'accepted',
    };
  });
  return { stolen, spans };
}
