import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { acceptedUses } from './credentials.ts';
import { rounded } from './rounding.ts';

const REFUSED_BY_ADMISSION = 401;

const life = z.strictObject({
  takenMinute: z.number(),
  lastAcceptedMinute: z.number().nullable().describe('null where it was never accepted'),
  refusedMinute: z
    .number()
    .nullable()
    .describe('the first refusal after the last accepted use; null where it still worked at the end'),
});

export const credentialSurvival = z
  .array(life)
  .describe('for each agent whose credential was stolen, in the order of the taking: how long it worked');
export type CredentialSurvival = z.infer<typeof credentialSurvival>;

/**
 * From the taking to the last accepted use, agent by agent: what a survival curve is drawn from. One that
 * was never refused is censored at the end of the run. A refusal is one of authentication (status 401, or a
 * handshake that TLS refused); a limit that the thief ran into is none.
 */
export function measureSurvival(facts: ArmFacts): CredentialSurvival {
  const taken = new Map<string, number>();
  const take = (agent: string, minute: number) => {
    if (!taken.has(agent)) taken.set(agent, minute);
  };
  for (const { loot, minute } of facts.attacker)
    for (const agent of loot?.credentialsOf ?? []) take(agent, minute);
  const accepted = Map.groupBy(acceptedUses(facts), ({ victim }) => victim);
  for (const [victim, [first]] of accepted) if (victim !== null && first) take(victim, first.minute);
  const refusals = Map.groupBy(facts.attacker.filter(isRefusal), ({ victim }) => victim);
  return [...taken]
    .sort(([, a], [, b]) => a - b)
    .map(([agent, takenMinute]) => {
      const last = accepted.get(agent)?.at(-1)?.minute ?? null;
      const refused = refusals.get(agent)?.find(({ minute }) => minute > (last ?? takenMinute));
      return {
        takenMinute: rounded(takenMinute),
        lastAcceptedMinute: last === null ? null : rounded(last),
        refusedMinute: refused ? rounded(refused.minute) : null,
      };
    });
}

function isRefusal({ vector, outcome, status }: ArmFacts['attacker'][number]): boolean {
  return (
    vector === 'stolen-credential' &&
    outcome === 'refused' &&
    (status === REFUSED_BY_ADMISSION || status === null)
  );
}
