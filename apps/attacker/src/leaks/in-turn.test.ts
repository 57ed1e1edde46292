import { expect, test } from 'vitest';
import { inTurn } from './in-turn.ts';
import type { LeakAct } from './leak-act.ts';

/** Has so many looks to a round. */
const way = (name: string, looks: number, seen: string[]): LeakAct => {
  let done = 0;
  return {
    look: async () => {
      seen.push(name);
      done += 1;
      return { credentials: [], hasMore: done % looks !== 0 };
    },
  };
};

test('each look takes one way, the next one another, until a round is over; then it begins anew', async () => {
  const seen: string[] = [];
  const act = inTurn([way('memory', 3, seen), way('socket', 1, seen)]);
  const more = [];
  for (let look = 0; look < 5; look++) more.push((await act.look()).hasMore);
  expect(seen).toEqual(['memory', 'socket', 'memory', 'memory', 'memory']);
  expect(more).toEqual([true, true, true, false, true]);
});

test('a way that fails does not stand in the way of the others', async () => {
  const seen: string[] = [];
  const closed: LeakAct = { look: async () => Promise.reject(new Error('closed')) };
  const act = inTurn([closed, way('socket', 1, seen)]);
  await expect(act.look()).rejects.toThrow('closed');
  await act.look();
  expect(seen).toEqual(['socket']);
});
