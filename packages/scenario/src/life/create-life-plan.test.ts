import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findScenario } from '../loading/find-scenario.ts';
import { loadScenario } from '../loading/load-scenario.ts';
import { createPopulation } from '../population/create-population.ts';
import { createLifePlan } from './create-life-plan.ts';

const scenario = loadScenario(
  findScenario('moltbook-key-leak', fileURLToPath(new URL('../../../../', import.meta.url))),
);
const planFor = (seed: string, agents = 40, behaviour = scenario.behaviour) =>
  createLifePlan({ ...scenario, behaviour }, createPopulation(scenario, { seed, agents }), seed);

/** Far busier than the scenario, so that the limits are really reached. */
const hectic = { ...scenario.behaviour, heartbeatsPerHour: 60, post: 1, comment: 1 };
const seeds = fc.string({ minLength: 1, maxLength: 12 });

describe('the plan of life', () => {
  it('is the same for the same seed, and another for another', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(planFor(seed)).toEqual(planFor(seed));
      }),
      { numRuns: 5 },
    );
    expect(planFor('one')).not.toEqual(planFor('two'));
  });

  it('is in the order of the minutes, within the clock', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const minutes = planFor(seed).map(({ atMinute }) => atMinute);
        expect(minutes).toEqual([...minutes].sort((a, b) => a - b));
        expect(Math.min(...minutes)).toBeGreaterThanOrEqual(-60);
        expect(Math.max(...minutes)).toBeLessThan(480);
      }),
      { numRuns: 10 },
    );
  });

  it('keeps posts of one agent 45 minutes apart and comments under the limit, however busy it is', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const plan = planFor(seed, 3, hectic);
        for (const own of Map.groupBy(plan, ({ agent }) => agent).values()) {
          const posts = own.filter(({ kind }) => kind === 'post').map(({ atMinute }) => atMinute);
          expect(posts.length).toBeGreaterThan(2);
          for (const [i, minute] of posts.entries())
            expect(minute - (posts[i - 1] ?? -999)).toBeGreaterThanOrEqual(45);
          const comments = own.filter(({ kind }) => kind === 'comment').map(({ atMinute }) => atMinute);
          for (const minute of comments) {
            expect(comments.filter((at) => at >= minute && at < minute + 60).length).toBeLessThan(50);
          }
        }
      }),
      { numRuns: 5 },
    );
  });

  it('never asks twice for a conversation of the same two, nor with oneself', () => {
    const busy = { ...hectic, dm: 1 };
    const pairs = planFor('pairs', 6, busy).flatMap((action) =>
      action.kind === 'dm-request' ? [[action.agent, action.to].sort().join(' ')] : [],
    );
    expect(pairs.length).toBeGreaterThan(5);
    expect(new Set(pairs).size).toBe(pairs.length);
    expect(pairs.every((pair) => new Set(pair.split(' ')).size === 2)).toBe(true);
  });

  it('has private messages with fake third-party keys before the thief comes', () => {
    const early = planFor('early', 100).filter(({ atMinute }) => atMinute < scenario.attack.discoveryMinute);
    const involved = new Set(early.flatMap((a) => (a.kind === 'dm-request' ? [a.agent, a.to] : [])));
    expect(involved.size).toBeGreaterThan(20);
    const keys = JSON.stringify(planFor('early', 100)).match(/sk-proj-[A-Za-z0-9]+/g) ?? [];
    expect(keys.length).toBeGreaterThan(5);
    expect(keys.every((key) => key.startsWith('sk-proj-FAKE'))).toBe(true);
  });

  it('lets readers read and nothing else, and nobody writes to them', () => {
    const half = { ...scenario, population: { ...scenario.population, readerShare: 0.5 } };
    const population = createPopulation(half, { seed: 'seed', agents: 40 });
    const readers = new Set(
      population.agents.filter(({ role }) => role === 'reader').map(({ name }) => name),
    );
    const plan = createLifePlan({ ...half, behaviour: hectic }, population, 'seed');
    const theirs = plan.filter(({ agent }) => readers.has(agent));
    expect(readers.size).toBe(20);
    expect(theirs.length).toBeGreaterThan(100);
    expect(theirs.every(({ kind }) => kind === 'read-feed')).toBe(true);
    expect(plan.some((action) => action.kind === 'dm-request' && readers.has(action.to))).toBe(false);
    const posts = plan.filter(({ kind }) => kind === 'post');
    expect(posts.length).toBeGreaterThan(100);
  });

  it('grows linearly with the agents', () => {
    const perAgent = (agents: number) => planFor('load', agents).length / agents;
    expect(perAgent(400) / perAgent(100)).toBeCloseTo(1, 0.5);
    const perSecond = (100 * perAgent(400)) / ((540 * 60) / scenario.timeScale);
    expect(perSecond).toBeGreaterThan(8);
    expect(perSecond).toBeLessThan(25);
  });
});
