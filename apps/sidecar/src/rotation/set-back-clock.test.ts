import { createRandom } from '@blastradius/kernel';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { RetryPause } from './retry-pause.ts';
import { ScheduledTask } from './scheduled-task.ts';

const HOUR_MS = 3_600_000;
let clock: FakeClock;
const random = createRandom('set-back');
const nowMs = () => clock.now().getTime();

beforeEach(() => {
  clock = fakeClock();
});

describe('a clock that is set back by an hour', () => {
  it('keeps no task waiting for it, and runs it once', async () => {
    let runs = 0;
    const task = new ScheduledTask({
      clock,
      random,
      firstDueAtMs: nowMs() + 60_000,
      run: async () => {
        runs += 1;
        return nowMs() + 60_000;
      },
      lifetimeMs: () => 60_000,
      onFailure: () => {},
    });
    task.tick();
    expect(runs).toBe(0);
    clock.advance(-HOUR_MS);
    for (let ticks = 0; ticks < 50; ticks++) {
      task.tick();
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(200);
    }
    expect(runs).toBe(1);
  });

  it('ends the pause after a failure', async () => {
    const pause = new RetryPause({ clock, random, isOutage: () => true });
    await expect(pause.run(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    await expect(pause.run(async () => 'there')).rejects.toThrow('away');
    clock.advance(-HOUR_MS);
    expect(await pause.run(async () => 'there')).toBe('there');
  });

  it('is not one that is moved by less than a second (control)', async () => {
    const pause = new RetryPause({ clock, random, isOutage: () => true });
    await expect(pause.run(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    clock.advance(-900);
    await expect(pause.run(async () => 'there')).rejects.toThrow('away');
  });
});
