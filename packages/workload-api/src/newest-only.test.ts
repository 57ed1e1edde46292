import { describe, expect, it } from 'vitest';
import { NewestOnly } from './newest-only.ts';

describe('NewestOnly', () => {
  it('keeps only the newest value while the consumer is blocked', async () => {
    const gate = Promise.withResolvers<void>();
    const consumed: number[] = [];
    const newest = new NewestOnly<number>(
      async (value) => {
        consumed.push(value);
        await gate.promise;
      },
      () => {},
    );
    for (let value = 0; value < 100; value++) newest.offer(value);
    gate.resolve();
    await expect.poll(() => consumed).toEqual([0, 99]);
  });

  it('reports a failure once and consumes nothing more', async () => {
    const failures: unknown[] = [];
    let calls = 0;
    const newest = new NewestOnly<number>(
      async () => {
        calls++;
        throw new Error('gone');
      },
      (error) => failures.push(error),
    );
    newest.offer(1);
    newest.offer(2);
    await expect.poll(() => failures).toHaveLength(1);
    newest.offer(3);
    await Promise.resolve();
    expect(calls).toBe(1);
  });
});
