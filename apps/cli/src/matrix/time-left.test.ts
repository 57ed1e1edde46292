import { expect, test } from 'vitest';
import { secondsLeft, timeLeftText } from './time-left.ts';

test('the time left is what the remaining trials take at the pace so far', () => {
  expect(secondsLeft(10, 30, 100)).toBe(300);
  expect(secondsLeft(10, 0, 100)).toBe(0);
  expect(secondsLeft(0, 40, 5)).toBeNull();
});

test('it is told in seconds near the end, in minutes before, and not at all before the first', () => {
  expect(timeLeftText(45.2)).toBe('about 46 s left');
  expect(timeLeftText(301)).toBe('about 6 min left');
  expect(timeLeftText(null)).toBe('time left not known yet');
});
