import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadScenario, type Scenario } from '../loading/load-scenario.ts';
import { type Strategy, strategy } from './strategy.ts';
import { honestRequestsPerHour, isReadingDue, isTurnDue, tacticsOf, victimsAmong } from './tactics.ts';
import { StrategyUnfit, withStrategy } from './with-strategy.ts';

const small = loadScenario(fileURLToPath(new URL('../../test/small.yaml', import.meta.url)));
const long: Scenario = { ...small, clock: { ...small.clock, endMinute: 600 } };
const tactics = (chosen: Strategy) => tacticsOf(withStrategy(long, chosen));

test('a file that names no strategy has everyone in turn, at the rates that it gives', () => {
  expect(small.attack.strategy).toBe('round-robin');
  expect(tacticsOf(small)).toEqual({
    victimsMax: Number.POSITIVE_INFINITY,
    perVictimPerHour: small.attack.impersonationPerAgentPerHour,
    perHourMax: small.attack.impersonationPerHourMax,
    isSpaced: false,
    waitMinutes: 0,
    takesAgain: true,
    readsEveryMinutes: null,
    throughHoleWritesPerHour: small.attack.throughHoleWritesPerHour,
  });
});

test('no strategy lets one thief do more in an hour than the scenario says', () => {
  for (const chosen of strategy.options)
    expect(tactics(chosen).perHourMax).toBe(small.attack.impersonationPerHourMax);
});

test('only low-and-slow keeps away from anybody, and it stays below what agents send themselves', () => {
  const { victimsMax, perVictimPerHour, throughHoleWritesPerHour } = tactics('low-and-slow');
  expect(victimsMax).toBe(3);
  expect(perVictimPerHour * 2).toBeLessThan(honestRequestsPerHour(small.behaviour));
  expect(throughHoleWritesPerHour).toBe(0);
  for (const chosen of strategy.options.filter((other) => other !== 'low-and-slow'))
    expect(tactics(chosen).victimsMax).toBe(Number.POSITIVE_INFINITY);
});

describe('victims', () => {
  const three = { victimsMax: 3 };

  test('the first that come are kept to; later ones fill what places are free', () => {
    expect(victimsAmong(three, new Set(), ['a', 'b', 'c', 'd'])).toEqual(['a', 'b', 'c']);
    expect(victimsAmong(three, new Set(['a', 'b']), ['b', 'e', 'f'])).toEqual(['e']);
    expect(victimsAmong(three, new Set(['a', 'b', 'c']), ['d'])).toEqual([]);
  });

  test('without a limit everybody is one, again and again', () => {
    const all = { victimsMax: Number.POSITIVE_INFINITY };
    expect(victimsAmong(all, new Set(['a']), ['b', 'a'])).toEqual(['b', 'a']);
  });
});

test('who is spaced is heard from again after a whole turn, others at any time', () => {
  const spaced = { isSpaced: true, perVictimPerHour: 1.5 };
  expect([0, 39, 40].map((minute) => isTurnDue(spaced, 0, minute))).toEqual([false, false, true]);
  expect(isTurnDue(spaced, undefined, 0)).toBe(true);
  expect(isTurnDue({ ...spaced, isSpaced: false }, 0, 0)).toBe(true);
});

test('only pivot reads as a victim: at once, and again as often as the thief looks at all', () => {
  const { readsEveryMinutes } = tactics('pivot');
  expect(readsEveryMinutes).toBe(small.attack.reharvestEveryMinutes);
  expect([29, 30].map((minute) => isReadingDue(tactics('pivot'), 0, minute))).toEqual([false, true]);
  expect(isReadingDue(tactics('pivot'), undefined, 0)).toBe(true);
  for (const chosen of strategy.options.filter((other) => other !== 'pivot'))
    expect(isReadingDue(tactics(chosen), undefined, 0)).toBe(false);
});

test('wait-and-see is refused where the run ends before it begins, and says what would do', () => {
  expect(() => withStrategy(small, 'wait-and-see')).toThrow(StrategyUnfit);
  expect(() => withStrategy(small, 'wait-and-see')).toThrow(/180 minutes.*105 minutes.*attack\.waitMinutes/);
  expect(tactics('wait-and-see')).toMatchObject({ waitMinutes: 180, takesAgain: false });
});

test('a strategy that was asked for stands among the parameters of the report', () => {
  expect(withStrategy(small, 'spray').provenance.at(-1)).toMatchObject({
    path: 'attack.strategy',
    value: 'spray',
  });
});
