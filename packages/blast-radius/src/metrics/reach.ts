import type { LedgerRecord } from '@blastradius/ledger';
import { gatherFacts } from '../run/arm-facts.ts';
import type { ArmManifest } from '../run/run-manifest.ts';
import { acceptedUses } from './credentials.ts';
import { rounded } from './rounding.ts';

/** An agent in whose name the thief acted, from its first to its last accepted use, in incident minutes. */
export interface ReachSpan {
  readonly agent: string;
  readonly fromMinute: number;
  readonly untilMinute: number;
}

/** What the blast area over time is drawn from: its area is `blastArea.withStolenCredential`. Pure. */
export function traceReach(run: ArmManifest, records: readonly LedgerRecord[]): ReachSpan[] {
  const accepted = Map.groupBy(acceptedUses(gatherFacts(run, records)), ({ victim }) => victim ?? '');
  return [...accepted].sort().flatMap(([agent, uses]) => {
    const [first, last] = [uses[0], uses.at(-1)];
    return first && last
      ? [{ agent, fromMinute: rounded(first.minute), untilMinute: rounded(last.minute) }]
      : [];
  });
}
