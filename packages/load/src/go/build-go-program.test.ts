import { expect, test } from 'vitest';
import { isAtLeast } from './build-go-program.ts';

test('versions are compared by their numbers', () => {
  expect(isAtLeast('1.26.8', '1.25.0')).toBe(true);
  expect(isAtLeast('1.25', '1.25.0')).toBe(true);
  expect(isAtLeast('1.9.9', '1.25.0')).toBe(false);
  expect(isAtLeast('', '1.25.0')).toBe(false);
});
