import { expect, test } from 'vitest';
import { SlidingWindow } from './sliding-window.ts';

test('allows the limit in a window and says when the next is due', () => {
  const window = new SlidingWindow(2, 1000);
  expect(window.take('a', 0)).toEqual({ allowed: true, remaining: 1 });
  expect(window.take('a', 400)).toEqual({ allowed: true, remaining: 0 });
  expect(window.take('a', 600)).toEqual({ allowed: false, retryAfterMs: 400 });
  expect(window.take('a', 1000)).toEqual({ allowed: true, remaining: 0 });
  expect(window.take('a', 1001)).toEqual({ allowed: false, retryAfterMs: 399 });
});

test('does not let refused attempts push the next one further away', () => {
  const window = new SlidingWindow(1, 1000);
  window.take('a', 0);
  for (let at = 1; at < 1000; at += 100) window.take('a', at);
  expect(window.take('a', 1000)).toEqual({ allowed: true, remaining: 0 });
});

test('counts each key on its own', () => {
  const window = new SlidingWindow(1, 1000);
  window.take('a', 0);
  expect(window.take('b', 0).allowed).toBe(true);
});
