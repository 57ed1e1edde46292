import { expect, test } from 'vitest';
import { everySoOften, firstUseAfter, planUses } from './plan-uses.ts';

const names = Array.from({ length: 20 }, (_, index) => `agent-${index}`);
const attack = { impersonationPerAgentPerHour: 2, impersonationPerHourMax: 400 };
const when = { seed: 's', firstUseMinute: 0, endMinute: 300 };
const usesOf = (list: readonly string[], options = when) => [...planUses(attack, list, options).uses];

test('the same seed and loot give the same attempts, in whatever order the loot came in', () => {
  expect(usesOf(names)).toEqual(usesOf(names.toReversed()));
  expect(usesOf(names)).not.toEqual(usesOf(names, { ...when, seed: 'other' }));
});

test('every victim is used as often in an hour as the scenario says, and none after the end', () => {
  const uses = usesOf(names);
  expect(uses.every(({ minute }) => minute < 300)).toBe(true);
  for (const name of names) {
    expect(uses.filter(({ victim, minute }) => victim === name && minute < 60)).toHaveLength(2);
  }
});

test('within an hour and a half everybody was used for something', () => {
  expect(new Set(usesOf(names, { ...when, endMinute: 90 }).map(({ victim }) => victim)).size).toBe(20);
});

test.each([1, 5, 6])('each use meets each of %i ways to present, and each victim all of them', (ways) => {
  const planned = usesOf(names, { ...when, endMinute: 510 });
  const met = new Set(planned.map(({ use, turn }) => `${use} ${turn % ways}`));
  expect(met.size).toBe(5 * ways);
  for (const name of names) {
    const own = planned.filter(({ victim }) => victim === name);
    expect(new Set(own.map(({ turn }) => turn % ways)).size).toBe(ways);
  }
});

test('nobody is made to write to themselves, and one alone to nobody', () => {
  expect(usesOf(names).every(({ victim, other }) => other !== null && other !== victim)).toBe(true);
  expect(usesOf(['alone']).every(({ other }) => other === null)).toBe(true);
});

test('each credential is looked at once, before its first use', () => {
  const { validations, uses } = planUses(attack, names, when);
  const firstUse = new Map([...uses].toReversed().map(({ victim, minute }) => [victim, minute]));
  const looked = [...validations];
  expect(looked).toHaveLength(20);
  expect(looked.every(({ victim, minute }) => minute < (firstUse.get(victim) ?? 0))).toBe(true);
});

test('without loot there is nothing to do', () => {
  expect(usesOf([])).toEqual([]);
});

test('the first use is never sooner than thieves are known to be', () => {
  const firstUse = { medianMinutes: 2, sigma: 1.1, minMinutes: 1 };
  const delays = Array.from({ length: 500 }, (_, i) => firstUseAfter(-30, { firstUse }, `seed-${i}`) + 30);
  expect(Math.min(...delays)).toBe(1);
  expect(delays.sort((a, b) => a - b)[250]).toBeCloseTo(2, 0);
});

test('something that happens twelve times an hour happens each five minutes', () => {
  expect([...everySoOften(10, 12, 30)].map(({ minute }) => minute)).toEqual([10, 15, 20, 25]);
  expect([...everySoOften(10, 0, 30)]).toEqual([]);
});
