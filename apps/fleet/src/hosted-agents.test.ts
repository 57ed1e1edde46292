import { createPopulation } from '@blastradius/scenario';
import { expect, test } from 'vitest';
import { hostedAgents } from './hosted-agents.ts';

const scenario = { population: { agents: 6, processes: 6, agentsPerOwner: 1, readerShare: 0 } };
const population = createPopulation(scenario, { seed: 'seed', agents: 6, processes: 2 });
const indexes = (...asked: Parameters<typeof hostedAgents>) =>
  hostedAgents(...asked).map(({ index }) => index);

test('each agent is carried by one process: the shared one, or one of its own', () => {
  expect(indexes(population, 'multiplexed')).toEqual([2, 3, 4, 5]);
  expect(indexes(population, 'process-1')).toEqual([0]);
  expect(indexes(population, 'process-2')).toEqual([1]);
  expect(indexes(population, 'process-3')).toEqual([]);
});

test('one process may carry all of them, or those that are named', () => {
  expect(indexes(population, 'all')).toEqual([0, 1, 2, 3, 4, 5]);
  expect(indexes(population, [population.agents[4]?.name ?? ''])).toEqual([4]);
});
