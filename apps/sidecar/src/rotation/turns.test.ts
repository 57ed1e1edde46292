import { expect, it } from 'vitest';
import { Turns } from './turns.ts';

it('lets no more go on at once than it may, in the order in which they came', async () => {
  const turns = new Turns(2);
  const began: number[] = [];
  const ends: (() => void)[] = [];
  const work = [0, 1, 2, 3].map((name) =>
    turns.take(async () => {
      began.push(name);
      await new Promise<void>((resolve) => ends.push(resolve));
    }),
  );
  expect(began).toEqual([0, 1]);
  ends[1]?.();
  await work[1];
  await Promise.resolve();
  expect(began).toEqual([0, 1, 2]);
  for (const index of [0, 2]) ends[index]?.();
  await work[2];
  ends[3]?.();
  await Promise.all(work);
  expect(began).toEqual([0, 1, 2, 3]);
});

it('gives the turn on where work fails', async () => {
  const turns = new Turns(1);
  const failed = turns.take(() => Promise.reject(new Error('no')));
  const next = turns.take(async () => 'done');
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('done');
});
