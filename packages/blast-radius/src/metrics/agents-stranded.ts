import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { rounded, shareOf } from './rounding.ts';
import { findStrandings, type Stranding } from './strandings.ts';

const minutesOrNever = z.number().nullable();

export const agentsStranded = z.strictObject({
  ever: z.int().describe('agents that were stranded at least once'),
  atEnd: z.int(),
  agentMinutes: z.number().describe('the integral: agents stranded times minutes'),
  recoveredShare: z
    .number()
    .nullable()
    .describe('of those ever stranded, the share that was back at the end'),
  minutesUntil50PercentBack: minutesOrNever,
  minutesUntil95PercentBack: minutesOrNever,
  minutesUntil100PercentBack: minutesOrNever,
});
export type AgentsStranded = z.infer<typeof agentsStranded>;

/**
 * What recovery costs. Minutes until so many are back count from the key reset (without one, from
 * the first stranding); null means that it was not reached in the run, or nobody was stranded.
 */
export function measureStranded(facts: ArmFacts): AgentsStranded {
  const { endMinute, resetMinute } = facts.run;
  const strandings = findStrandings(facts);
  const ever = new Set(strandings.map(({ agent }) => agent)).size;
  const atEnd = strandings.filter(({ untilMinute }) => untilMinute === null).length;
  const agentMinutes = strandings.reduce(
    (sum, { fromMinute, untilMinute }) => sum + Math.max(0, (untilMinute ?? endMinute) - fromMinute),
    0,
  );
  const returns = returnMinutes(strandings);
  const from = resetMinute ?? Math.min(...strandings.map(({ fromMinute }) => fromMinute));
  const minutesUntil = (share: number) => {
    const last = ever === 0 ? undefined : returns[Math.ceil(share * ever) - 1];
    return last === undefined ? null : rounded(Math.max(0, last - from));
  };
  return {
    ever,
    atEnd,
    agentMinutes: rounded(agentMinutes),
    recoveredShare: shareOf(ever - atEnd, ever),
    minutesUntil50PercentBack: minutesUntil(0.5),
    minutesUntil95PercentBack: minutesUntil(0.95),
    minutesUntil100PercentBack: minutesUntil(1),
  };
}

/** When each agent that is back came back for good, in order. */
function returnMinutes(strandings: readonly Stranding[]): number[] {
  const lastReturn = new Map<string, number | null>();
  for (const { agent, untilMinute } of strandings) lastReturn.set(agent, untilMinute);
  return [...lastReturn.values()].filter((minute) => minute !== null).sort((a, b) => a - b);
}
