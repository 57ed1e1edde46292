import { describe, expect, it } from 'vitest';
import { orderTargets } from '../attack/order-targets.ts';
import { planOwnerReturn } from '../recovery/plan-owner-return.ts';
import { createPopulation } from './create-population.ts';

const settings = (agentsPerOwner = 1, readerShare = 0) => ({
  population: { agents: 10, processes: 6, agentsPerOwner, readerShare },
});
const populationOf = (agents: number, seed = 'seed') => createPopulation(settings(), { seed, agents });

describe('the population', () => {
  it('is the same for the same seed, and a smaller one is the beginning of a larger', () => {
    expect(populationOf(50)).toEqual(populationOf(50));
    expect(populationOf(80).agents.slice(0, 50)).toEqual(populationOf(50).agents);
    expect(populationOf(50, 'other')).not.toEqual(populationOf(50));
  });

  it('has names that are unique, even without case, and fit the network', () => {
    const names = populationOf(5000).agents.map(({ name }) => name);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(5000);
    expect(names.every((name) => /^[A-Za-z0-9_]{3,30}$/.test(name))).toBe(true);
  });

  it('has the share of readers that was asked for, whoever else is the same', () => {
    const readers = (share: number, agents = 50) =>
      createPopulation(settings(1, share), { seed: 'seed', agents }).agents.filter(
        ({ role }) => role === 'reader',
      );
    expect([0, 0.3, 1].map((share) => readers(share).length)).toEqual([0, 15, 50]);
    const names = ({ agents }: ReturnType<typeof populationOf>) => agents.map(({ name }) => name);
    expect(names(createPopulation(settings(1, 0.3), { seed: 'seed', agents: 50 }))).toEqual(
      names(populationOf(50)),
    );
    expect(readers(0.3, 20)).toEqual(readers(0.3).filter(({ index }) => index < 20));
  });

  it('puts the first agents into processes of their own', () => {
    const hosted = populationOf(10).agents.map(({ hosting }) => hosting);
    expect(hosted.filter((hosting) => hosting === 'process')).toHaveLength(6);
    expect(hosted[0]).toBe('process');
  });

  it('gives owners addresses in domains that nobody can own', () => {
    const emails = populationOf(200).agents.map(({ owner }) => owner.email);
    expect(emails.every((email) => /@(example\.(org|com|net)|mail\.example)$/.test(email))).toBe(true);
    expect(new Set(emails).size).toBe(200);
  });
});

describe('the owners', () => {
  const scenario = { recovery: { ownerNotice: { medianMinutes: 120, sigma: 1.2, minMinutes: 5 } } };

  it('come back in order, never before the minimum, about half by the median', () => {
    const returns = planOwnerReturn(scenario, populationOf(1000), 'seed').map((r) => r.minutesAfterReset);
    expect(returns).toEqual([...returns].sort((a, b) => a - b));
    expect(returns[0]).toBeGreaterThanOrEqual(5);
    expect(returns.filter((minutes) => minutes < 120).length / 1000).toBeCloseTo(0.5, 1);
  });

  it('notice once for all the agents that are theirs', () => {
    const shared = createPopulation(settings(5), { seed: 'seed', agents: 10 });
    const minutes = planOwnerReturn(scenario, shared, 'seed').map((r) => r.minutesAfterReset);
    expect(new Set(minutes).size).toBe(2);
  });
});

describe('the order of the thief’s targets', () => {
  it('depends on the seed and on the names, not on the order in which they came', () => {
    const names = populationOf(30).agents.map(({ name }) => name);
    expect(orderTargets(names.toReversed(), 'seed')).toEqual(orderTargets(names, 'seed'));
    expect(orderTargets(names, 'other')).not.toEqual(orderTargets(names, 'seed'));
    expect([...orderTargets(names, 'seed')].sort()).toEqual([...names].sort());
  });
});
