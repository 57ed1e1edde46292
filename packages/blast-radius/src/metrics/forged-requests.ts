import type { AttackerRecord } from '@blastradius/ledger';
import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';

const attempts = z.strictObject({ attempted: z.int(), accepted: z.int() });

export const forgedRequests = z.strictObject({
  throughHole: attempts.describe('writes in a victim’s name through the open database, no credential needed'),
  withStolenCredential: attempts
    .extend({
      byPresented: z
        .record(
          z.string(),
          z.strictObject({ attempted: z.int(), accepted: z.int(), refused: z.int(), failed: z.int() }),
        )
        .describe('the same attempts by what the thief showed at the door'),
    })
    .describe('requests to the network in a victim’s name'),
  byConfusedAgent: attempts
    .default({ attempted: 0, accepted: 0 })
    .describe('requests that the victim made itself because a text told it to'),
});
export type ForgedRequests = z.infer<typeof forgedRequests>;

/** Requests that write something in a victim's name, kept apart by the way they took. */
export function countForgedRequests({ attacker }: ArmFacts): ForgedRequests {
  const forged = attacker.filter((attempt) => attempt.forges);
  const withCredential = forged.filter((attempt) => attempt.vector === 'stolen-credential');
  const byPresented = Object.entries(Object.groupBy(withCredential, (attempt) => attempt.presented)).sort();
  return {
    byConfusedAgent: tally(forged.filter((attempt) => attempt.vector === 'confused-agent')),
    throughHole: tally(forged.filter((attempt) => attempt.vector === 'hole')),
    withStolenCredential: {
      ...tally(withCredential),
      byPresented: Object.fromEntries(
        byPresented.map(([presented, some = []]) => [
          presented,
          { ...tally(some), refused: count(some, 'refused'), failed: count(some, 'failed') },
        ]),
      ),
    },
  };
}

function tally(some: readonly AttackerRecord[]): z.infer<typeof attempts> {
  return { attempted: some.length, accepted: count(some, 'accepted') };
}

function count(some: readonly AttackerRecord[], outcome: AttackerRecord['outcome']): number {
  return some.filter((attempt) => attempt.outcome === outcome).length;
}
