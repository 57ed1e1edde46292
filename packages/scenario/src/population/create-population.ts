import { createRandom, type Random } from '@blastradius/kernel';
import type { Scenario } from '../loading/load-scenario.ts';
import type { Owner, PlannedAgent, Population } from './population.ts';
import { adjectives, emailDomains, firstNames, jobs, lastNames, nouns, submolts } from './words.ts';

interface PopulationSize {
  readonly seed: string;
  readonly agents: number;
  /** Agents that are a process of their own, where it is not what the scenario says. */
  readonly processes?: number | undefined;
}

/**
 * Who lives in the world. Pure: the same seed gives the same agents in the same order, and a larger
 * number only adds agents behind those of a smaller one.
 */
export function createPopulation(
  scenario: Pick<Scenario, 'population'>,
  { seed, agents: count, processes = scenario.population.processes }: PopulationSize,
): Population {
  const random = createRandom(`${seed}/population`);
  const { agentsPerOwner, readerShare = 0 } = scenario.population;
  const isReader = everyOneIn(readerShare, random.fork('readers').next());
  const ownerOf = (index: number) => createOwner(index, random.fork(`owner/${index}`));
  const taken = new Set<string>();
  const agents = Array.from({ length: count }, (_, index): PlannedAgent => {
    const own = random.fork(`agent/${index}`);
    const name = uniqueName(own, taken);
    return {
      index,
      name,
      description: `${name} ${own.pick(jobs)}.`,
      hosting: index < processes ? 'process' : 'multiplexed',
      owner: ownerOf(Math.floor(index / agentsPerOwner)),
      role: isReader(index) ? 'reader' : 'writer',
    };
  });
  return { agents, submolts };
}

/** That share of any stretch of the population, within one agent; `offset` in [0, 1) moves where it begins. */
function everyOneIn(share: number, offset: number): (index: number) => boolean {
  return (index) => Math.floor((index + 1) * share + offset) > Math.floor(index * share + offset);
}

function uniqueName(random: Random, taken: Set<string>): string {
  const words = `${random.pick(adjectives)}${random.pick(nouns)}`;
  let name = words;
  while (taken.has(name.toLowerCase())) name = `${words}_${random.integer(2, 99_999)}`;
  taken.add(name.toLowerCase());
  return name;
}

/** The index keeps handle and address unique. */
function createOwner(index: number, random: Random): Owner {
  const first = random.pick(firstNames);
  const last = random.pick(lastNames);
  const xHandle = `${first}${last}${index}`.toLowerCase();
  return { xHandle, xName: `${first} ${last}`, email: `${xHandle}@${random.pick(emailDomains)}` };
}
