import { expect, test } from 'vitest';
import { Agenda } from './agenda.ts';

/** One incident minute in a real millisecond. */
const agendaOf = (endMinute: number, signal = new AbortController().signal) =>
  new Agenda({
    clock: { startedAtMs: Date.now(), startMinute: 0, timeScale: 60_000 },
    endMinute,
    signal,
  });

test('starts what is due at its minute and nothing after the end', async () => {
  const agenda = agendaOf(100);
  const done: number[] = [];
  agenda.each([{ minute: 10 }, { minute: 40 }, { minute: 200 }], async ({ minute }) => {
    done.push(minute);
    expect(agenda.nowMinute).toBeGreaterThanOrEqual(minute - 2);
  });
  await agenda.finish();
  expect(done).toEqual([10, 40]);
});

test('never has more than 32 requests under way, and does the rest later', async () => {
  const agenda = agendaOf(1000);
  let [underWay, most, done] = [0, 0, 0];
  agenda.each(
    Array.from({ length: 100 }, () => ({ minute: 0 })),
    async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await new Promise((resolve) => setTimeout(resolve, 5));
      underWay -= 1;
      done += 1;
    },
  );
  await agenda.finish();
  expect({ most, done }).toEqual({ most: 32, done: 100 });
});

test('waits for what was started before the end', async () => {
  const agenda = agendaOf(20);
  let ended = false;
  agenda.at(0, async () => {
    await new Promise((resolve) => setTimeout(resolve, 50));
    ended = true;
  });
  await agenda.finish();
  expect(ended).toBe(true);
});

test('a task may add others', async () => {
  const agenda = agendaOf(100);
  const done: string[] = [];
  agenda.at(5, async () => {
    done.push('first');
    agenda.at(20, async () => void done.push('second'));
  });
  await agenda.finish();
  expect(done).toEqual(['first', 'second']);
});

test('a task that fails is told at the end', async () => {
  const agenda = agendaOf(20);
  agenda.at(1, () => Promise.reject(new Error('broken')));
  await expect(agenda.finish()).rejects.toThrow('broken');
});

test('starts nothing once it is stopped', async () => {
  const stop = new AbortController();
  const agenda = agendaOf(50, stop.signal);
  stop.abort();
  let started = false;
  agenda.at(1, async () => {
    started = true;
  });
  await agenda.finish();
  expect(started).toBe(false);
});
