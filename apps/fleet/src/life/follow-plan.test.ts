import { expect, test } from 'vitest';
import { followPlan } from './follow-plan.ts';

/** One incident minute in a real millisecond. */
const clock = () => ({ startedAtMs: Date.now(), startMinute: -10, timeScale: 60_000 });
const open = () => new AbortController().signal;
const at = (...minutes: number[]) => minutes.map((atMinute) => ({ atMinute }));

test('starts each action at its minute and never after the end', async () => {
  const when = { clock: clock(), endMinute: 100, signal: open() };
  const done: number[] = [];
  await followPlan(
    at(-5, 20, 60, 100, 200),
    async ({ atMinute }) => {
      const minute = when.clock.startMinute + (Date.now() - when.clock.startedAtMs);
      expect(minute).toBeGreaterThanOrEqual(atMinute - 2);
      done.push(atMinute);
    },
    when,
  );
  expect(done).toEqual([-5, 20, 60]);
  expect(Date.now() - when.clock.startedAtMs).toBeGreaterThanOrEqual(108);
});

test('waits for no earlier action, and for all of them at the end', async () => {
  const when = { clock: clock(), endMinute: 30, signal: open() };
  const release = Promise.withResolvers<void>();
  let [started, ended] = [0, 0];
  const following = followPlan(
    at(0, 5, 10),
    async () => {
      started += 1;
      if (started === 3) setTimeout(release.resolve, 40);
      await release.promise;
      ended += 1;
    },
    when,
  );
  await following;
  expect({ started, ended }).toEqual({ started: 3, ended: 3 });
});

test('an action that fails stops nobody else, and is told at the end', async () => {
  const when = { clock: clock(), endMinute: 20, signal: open() };
  let started = 0;
  const following = followPlan(
    at(0, 5),
    async () => {
      started += 1;
      throw new Error('broken');
    },
    when,
  );
  await expect(following).rejects.toThrow('broken');
  expect(started).toBe(2);
});

test('starts nothing once it is stopped', async () => {
  const stop = new AbortController();
  const when = { clock: clock(), endMinute: 10_000, signal: stop.signal };
  let started = 0;
  const following = followPlan(
    at(0, 5000),
    async () => {
      started += 1;
      stop.abort();
    },
    when,
  );
  await following;
  expect(started).toBe(1);
});
