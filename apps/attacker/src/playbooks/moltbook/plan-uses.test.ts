import { createHash } from 'node:crypto';
import { honestRequestsPerHour, type Strategy, tacticsOf } from '@blastradius/scenario';
import { expect, test } from 'vitest';
import { ordinaryLife } from '../../../test/ordinary-life.ts';
import { everySoOften, firstUseAfter, planUses } from './plan-uses.ts';

const names = Array.from({ length: 20 }, (_, index) => `agent-${index}`);
const tactics = {
  victimsMax: Number.POSITIVE_INFINITY,
  perVictimPerHour: 2,
  perHourMax: 400,
  isSpaced: false,
};
const when = { seed: 's', firstUseMinute: 0, endMinute: 300 };
const attackOf = (strategy: Strategy) => ({
  leak: 'open-database' as const,
  discoveryMinute: -30,
  firstUse: { medianMinutes: 2, sigma: 1.1, minMinutes: 1 },
  impersonationPerAgentPerHour: 2,
  impersonationPerHourMax: 400,
  throughHoleWritesPerHour: 12,
  harvestPageSize: 25,
  reharvestEveryMinutes: 30,
  carelessBackup: { agents: 0, backupMinute: 0, foundMinute: 10 },
  gullibleShare: 0,
  patience: 'until-end' as const,
  strategy,
  waitMinutes: 180,
  sharedInMessages: 0,
});
const usesOf = (list: readonly string[], options = when) => [...planUses(tactics, list, options).uses];

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
  const { validations, uses } = planUses(tactics, names, when);
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
  const delays = Array.from(
    { length: 500 },
    (_, i) => firstUseAfter(-30, { firstUse }, `seed-${i}`, { waitMinutes: 0 }) + 30,
  );
  expect(Math.min(...delays)).toBe(1);
  expect(delays.sort((a, b) => a - b)[250]).toBeCloseTo(2, 0);
});

test('something that happens twelve times an hour happens each five minutes', () => {
  expect([...everySoOften(10, 12, 30)].map(({ minute }) => minute)).toEqual([10, 15, 20, 25]);
  expect([...everySoOften(10, 0, 30)]).toEqual([]);
});

/** What is asked of the network in a victim's name: a look, and two requests for the longest use. */
function requestsOf(plan: ReturnType<typeof planUses>) {
  return [
    ...[...plan.validations].map((due) => ({ ...due, requests: 1 })),
    ...[...plan.uses].map((due) => ({ ...due, requests: 2 })),
  ].sort((a, b) => a.minute - b.minute);
}

const planOf = (strategy: Strategy, list = names, options = when) =>
  planUses(tacticsOf({ attack: { ...attackOf(strategy) }, ...ordinaryLife }), list, options);

test('without a strategy the plan is what it was before there were any', () => {
  const digest = (plan: ReturnType<typeof planUses>) =>
    createHash('sha256')
      .update(JSON.stringify([[...plan.validations], [...plan.uses]]))
      .digest('hex');
  // Of the plan at commit 8bc1134, for these victims, seed and rates.
  expect(digest(planUses(tactics, names, when))).toBe(
    '90eaa74d9ec53e57ffd7cbdb183c335147d4956ca7c1ba0187b4146928e3e698',
  );
  expect(digest(planOf('pivot'))).toBe(digest(planOf('round-robin')));
});

test('spray: every victim is looked at and used within as long as one thief needs for all of them once', () => {
  const { perHourMax } = tacticsOf({ attack: attackOf('spray'), ...ordinaryLife });
  const minutes = (names.length * 60) / perHourMax;
  const plan = planOf('spray');
  const soon = (dues: Iterable<{ minute: number; victim: string }>) =>
    new Set([...dues].filter(({ minute }) => minute <= minutes).map(({ victim }) => victim)).size;
  expect(soon(plan.validations)).toBe(names.length);
  expect(soon(plan.uses)).toBe(names.length);
  expect(soon(planOf('round-robin').uses)).toBeLessThan(names.length);
});

test('spray: no victim is asked for more often than the network allows one caller', () => {
  const alone = [...planOf('spray', ['alone'], { ...when, endMinute: 60 }).uses];
  expect(alone.length).toBeLessThanOrEqual(ordinaryLife.rateLimits.requestsPerMinute * 60);
  expect(alone.length).toBe(400);
});

test.each([1, 2, 3, 20, 400])(
  'low-and-slow: of %i at most three are victims, and in no hour does one of them ask for more than half of what it asks itself',
  (count) => {
    const list = Array.from({ length: count }, (_, index) => `agent-${index}`);
    const requests = requestsOf(planOf('low-and-slow', list, { ...when, endMinute: 3000 }));
    const byVictim = Map.groupBy(requests, ({ victim }) => victim);
    expect(byVictim.size).toBe(Math.min(3, count));
    for (const own of byVictim.values()) {
      expect(own.length).toBeGreaterThan(20);
      for (const { minute: from } of own) {
        const within = own.filter(({ minute }) => minute >= from && minute < from + 60);
        const asked = within.reduce((sum, { requests: sent }) => sum + sent, 0);
        expect(asked).toBeLessThanOrEqual(honestRequestsPerHour(ordinaryLife.behaviour) / 2);
      }
    }
  },
);

test('low-and-slow: a victim is heard from again only after its whole share of an hour', () => {
  const { perVictimPerHour } = tacticsOf({ attack: attackOf('low-and-slow'), ...ordinaryLife });
  for (const own of Map.groupBy(requestsOf(planOf('low-and-slow')), ({ victim }) => victim).values()) {
    const gaps = own.slice(1).map(({ minute }, index) => minute - (own[index]?.minute ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60 / perVictimPerHour - 1e-6);
  }
});

test('low-and-slow: messages go to anybody whose name is known, not to the other victims alone', () => {
  const others = new Set(
    [...planOf('low-and-slow', names, { ...when, endMinute: 3000 }).uses].map(({ other }) => other),
  );
  expect(others.size).toBeGreaterThan(3);
});

test('wait-and-see: nothing is used before the wait is over, however quick thieves are', () => {
  const { waitMinutes } = tacticsOf({ attack: attackOf('wait-and-see'), ...ordinaryLife });
  const firstUse = { medianMinutes: 2, sigma: 1.1, minMinutes: 1 };
  for (let seed = 0; seed < 200; seed++) {
    const firstUseMinute = firstUseAfter(-30, { firstUse }, `seed-${seed}`, { waitMinutes });
    expect(firstUseMinute).toBeGreaterThanOrEqual(-30 + 180);
    const first = requestsOf(planOf('wait-and-see', names, { ...when, firstUseMinute }))[0];
    expect(first?.minute).toBe(firstUseMinute);
  }
});
