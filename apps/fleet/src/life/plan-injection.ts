import {
  hostileAgent,
  isGullible,
  keyOfHuman,
  type PlannedAction,
  type Population,
  type Scenario,
} from '@blastradius/scenario';
import type { Gullibility } from './hosted-agent.ts';

interface InjectionPlan {
  readonly gullible: ReadonlyMap<string, Gullibility>;
  /** Whether the action stays in the plan of a life. */
  keeps(action: PlannedAction): boolean;
}

/** Who can be talked into things, and that the hostile agent posts nothing but what its owner has it post. */
export function planInjection({
  attack,
  population,
  seed,
}: {
  readonly attack: Pick<Scenario['attack'], 'leak' | 'gullibleShare'>;
  readonly population: Population;
  readonly seed: string;
}): InjectionPlan {
  if (attack.leak !== 'prompt-injection') return { gullible: new Map(), keeps: () => true };
  const hostile = hostileAgent(population)?.name;
  const gullible = population.agents
    .filter(({ name }) => name !== hostile && isGullible(name, attack.gullibleShare, seed))
    .map(({ name }): [string, Gullibility] => [name, { keyOfHuman: keyOfHuman(name, seed) }]);
  return {
    gullible: new Map(gullible),
    keeps: ({ agent, kind }) => agent !== hostile || kind !== 'post',
  };
}
