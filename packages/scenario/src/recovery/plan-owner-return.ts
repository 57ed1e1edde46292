import { createRandom } from '@blastradius/kernel';
import type { Scenario } from '../loading/load-scenario.ts';
import type { Population } from '../population/population.ts';

/** When the owner of a reset agent has noticed and configured the new key. */
export interface OwnerReturn {
  readonly agent: string;
  readonly minutesAfterReset: number;
}

/** One owner notices once, for all the agents that are theirs; in the order of the minutes. */
export function planOwnerReturn(
  { recovery }: Pick<Scenario, 'recovery'>,
  population: Population,
  seed: string,
): OwnerReturn[] {
  const random = createRandom(`${seed}/owner-return`);
  const { medianMinutes, sigma, minMinutes } = recovery.ownerNotice;
  return population.agents
    .map(({ name, owner }) => ({
      agent: name,
      minutesAfterReset: Math.max(minMinutes, random.fork(owner.xHandle).logNormal(medianMinutes, sigma)),
    }))
    .sort((a, b) => a.minutesAfterReset - b.minutesAfterReset);
}
