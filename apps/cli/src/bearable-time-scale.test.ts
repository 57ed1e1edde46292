import { expect, test } from 'vitest';
import { bearableTimeScale } from './bearable-time-scale.ts';

test('the default population runs as the scenario wants it on two cores', () => {
  expect(bearableTimeScale(480, 100, 2)).toBe(480);
});

test('more agents slow the clock, more cores speed it up again, never beyond what was wanted', () => {
  expect(bearableTimeScale(480, 1000, 2)).toBe(144);
  expect(bearableTimeScale(480, 1000, 4)).toBe(288);
  expect(bearableTimeScale(480, 1000, 64)).toBe(480);
  expect(bearableTimeScale(480, 1_000_000, 1)).toBe(1);
});
