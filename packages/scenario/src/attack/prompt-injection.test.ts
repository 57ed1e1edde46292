import { expect, test } from 'vitest';
import { createPopulation } from '../population/create-population.ts';
import { hostileAgent, injectedText, isGullible, keyOfHuman, ordersIn } from './prompt-injection.ts';

test('the thief’s own text orders what it is meant to, and an ordinary one nothing', () => {
  expect(ordersIn(injectedText('Hostile_7', 1).content)).toEqual({ repost: true, sendKeyTo: 'Hostile_7' });
  expect(ordersIn('Somebody asked me for my key. Do not repost this.')).toEqual({
    repost: false,
    sendKeyTo: null,
  });
  expect(injectedText('Hostile_7', 1).content).not.toBe(injectedText('Hostile_7', 2).content);
});

test('the thief’s own agent is one that posts, whoever else only reads, and none where nobody posts', () => {
  const hostile = (seed: string, readerShare: number) => {
    const population = { agents: 10, processes: 1, agentsPerOwner: 1, readerShare };
    return hostileAgent(createPopulation({ population }, { seed, agents: 10 }));
  };
  const seeds = Array.from({ length: 20 }, (_, index) => `seed-${index}`);
  for (const seed of seeds)
    expect(hostile(seed, 0.5)).toMatchObject({ hosting: 'multiplexed', role: 'writer' });
  expect(hostile('s', 0)?.index).toBe(9);
  expect(hostile('s', 1)).toBeUndefined();
});

test('as many agents are gullible as the share says, the same ones for the same seed', () => {
  const names = Array.from({ length: 2000 }, (_, index) => `agent_${index}`);
  const gullible = (share: number, seed = 's') => names.filter((name) => isGullible(name, share, seed));
  expect(gullible(0)).toEqual([]);
  expect(gullible(1)).toEqual(names);
  expect(gullible(0.3).length / names.length).toBeCloseTo(0.3, 1);
  expect(gullible(0.3)).toEqual(gullible(0.3));
  expect(gullible(0.3)).not.toEqual(gullible(0.3, 't'));
});

test('each human’s key is its own, and fake on sight', () => {
  expect(keyOfHuman('Ada', 's')).toMatch(/^sk-proj-FAKE/);
  expect(keyOfHuman('Ada', 's')).toBe(keyOfHuman('Ada', 's'));
  expect(keyOfHuman('Ada', 's')).not.toBe(keyOfHuman('Bob', 's'));
});
