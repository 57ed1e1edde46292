import { loadAgentNames } from '@blastradius/scenario';
import { expect, test } from 'vitest';
import { assertBearable, type LoadPlan, loadAgentsFor } from './load-plan.ts';

const plan: LoadPlan = {
  ratePerSecond: 500,
  warmUpSeconds: 10,
  durationSeconds: 30,
  repeats: 1,
  loadAgents: 200,
};

test('a load within the bounds is taken', () => {
  expect(() => assertBearable(plan)).not.toThrow();
  expect(() => assertBearable({ ...plan, ratePerSecond: 5000, durationSeconds: 60 })).not.toThrow();
});

test('each number out of its bounds is refused, with what is allowed', () => {
  expect(() => assertBearable({ ...plan, ratePerSecond: 5001 })).toThrow(/ratePerSecond is 5001.* 1 to 5000/);
  expect(() => assertBearable({ ...plan, durationSeconds: 601 })).toThrow(/durationSeconds.* to 600/);
  expect(() => assertBearable({ ...plan, warmUpSeconds: 0 })).toThrow(/warmUpSeconds/);
  expect(() => assertBearable({ ...plan, repeats: 0 })).toThrow(/repeats/);
  expect(() => assertBearable({ ...plan, loadAgents: 1 })).toThrow(/loadAgents/);
});

test('more requests than a report can be computed from are refused', () => {
  expect(() => assertBearable({ ...plan, ratePerSecond: 5000, durationSeconds: 600 })).toThrow(
    /at most 500000/,
  );
});

test('load agents are as many as the rate needs, and have names that the network takes', () => {
  expect(loadAgentsFor(500)).toBe(200);
  expect(loadAgentsFor(10)).toBe(20);
  expect(loadAgentsFor(5000)).toBe(1000);
  const names = loadAgentNames(1000);
  expect(new Set(names).size).toBe(1000);
  for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{3,30}$/);
});
