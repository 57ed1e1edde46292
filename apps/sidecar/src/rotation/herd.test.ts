import { createRandom } from '@blastradius/kernel';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import { describe, expect, it } from 'vitest';
import { RetryPause } from './retry-pause.ts';
import { ScheduledTask } from './scheduled-task.ts';

const SIDECARS = 1000;
const HINT_MS = 5000;
const TICK_MS = 200;

/** An issuer that is away and comes back, and when it was asked, and by whom. */
class Outage {
  isAway = false;
  attemptsMs: number[] = [];
  /** Of each sidecar, since it came back. */
  firstMs = new Map<number, number>();
  readonly #clock: FakeClock;

  constructor(clock: FakeClock) {
    this.#clock = clock;
  }

  async ask(sidecar: number): Promise<void> {
    const nowMs = this.#clock.now().getTime();
    this.attemptsMs.push(nowMs);
    if (this.isAway) throw new Error('away');
    if (!this.firstMs.has(sidecar)) this.firstMs.set(sidecar, nowMs);
  }
}

/** Ticks as every sidecar does, each at a phase of its own: they were not started in the same millisecond. */
async function pass(clock: FakeClock, tasks: readonly { tick(): void }[], ms: number): Promise<void> {
  for (let passedMs = 0; passedMs < ms; passedMs += 10) {
    clock.advance(10);
    const phase = (clock.now().getTime() / 10) % (TICK_MS / 10);
    tasks.forEach((task, index) => {
      if (index % (TICK_MS / 10) === phase) task.tick();
    });
    await Promise.resolve();
    await Promise.resolve();
  }
}

/** The most attempts in any second. */
function perSecondMax(timesMs: readonly number[]): number {
  const seconds = timesMs.map((ms, index) => {
    let end = index;
    while (end < timesMs.length && (timesMs[end] ?? 0) < ms + 1000) end += 1;
    return end - index;
  });
  return Math.max(...seconds);
}

function sidecars(clock: FakeClock, outage: Outage, isSeedShared = false): ScheduledTask[] {
  return Array.from({ length: SIDECARS }, (_, index) => {
    const random = createRandom(isSeedShared ? 'one' : `sidecar-${index}`);
    return new ScheduledTask({
      clock,
      random,
      // All of them were started together: nothing but the jitter keeps them apart.
      firstDueAtMs: clock.now().getTime(),
      run: async () => {
        await outage.ask(index);
        return clock.now().getTime() + HINT_MS;
      },
      // As the sidecar's own renewal, with an SVID of an hour.
      lifetimeMs: () => 3_600_000,
      onFailure: () => {},
    });
  });
}

describe('1,000 sidecars after an outage of five minutes', () => {
  async function returnAfterOutage(isSeedShared: boolean) {
    const clock = fakeClock();
    const outage = new Outage(clock);
    const tasks = sidecars(clock, outage, isSeedShared);
    outage.isAway = true;
    await pass(clock, tasks, 300_000);
    const lastMinuteMs = outage.attemptsMs.filter((ms) => ms > clock.now().getTime() - 60_000);
    outage.isAway = false;
    const returnedAtMs = clock.now().getTime();
    await pass(clock, tasks, 31_000);
    return { lastMinuteMs, firstMs: [...outage.firstMs.values()], returnedAtMs };
  }

  it('reach it within half a minute, no more than 80 of them in any second', async () => {
    const { lastMinuteMs, firstMs, returnedAtMs } = await returnAfterOutage(false);
    expect(firstMs).toHaveLength(SIDECARS);
    expect(Math.max(...firstMs) - returnedAtMs).toBeLessThanOrEqual(30_200);
    expect(perSecondMax(firstMs)).toBeLessThanOrEqual(80);
    // And no more while it is away: each of them tries once in 15 to 30 seconds.
    expect(perSecondMax(lastMinuteMs)).toBeLessThanOrEqual(80);
  }, 60_000);

  it('would come all at once if they drew the same jitter (control)', async () => {
    const { firstMs } = await returnAfterOutage(true);
    expect(perSecondMax(firstMs)).toBe(SIDECARS);
  }, 60_000);
});

describe('RetryPause', () => {
  it('lets 1,000 sidecars whose workloads never stop asking through one after another', async () => {
    const clock = fakeClock();
    const outage = new Outage(clock);
    const isOutage = () => true;
    const pauses = Array.from(
      { length: SIDECARS },
      (_, index) => new RetryPause({ clock, random: createRandom(`sidecar-${index}`), isOutage }),
    );
    const tasks = pauses.map((pause, index) => ({
      tick: () => void pause.run(() => outage.ask(index)).catch(() => {}),
    }));
    outage.isAway = true;
    await pass(clock, tasks, 60_000);
    // Of the 5,000 calls a second that their workloads make.
    const lastMs = outage.attemptsMs.filter((ms) => ms > clock.now().getTime() - 30_000);
    expect(perSecondMax(lastMs)).toBeLessThanOrEqual(220);
    outage.isAway = false;
    await pass(clock, tasks, 10_200);
    const firstMs = [...outage.firstMs.values()];
    expect(firstMs).toHaveLength(SIDECARS);
    expect(perSecondMax(firstMs)).toBeLessThanOrEqual(220);
  }, 60_000);

  it('counts requests that fail together as one failure, and lets a good answer end it', async () => {
    const clock = fakeClock();
    const outage = new Outage(clock);
    const pause = new RetryPause({ clock, random: createRandom('one'), isOutage: () => true });
    outage.isAway = true;
    await Promise.allSettled(Array.from({ length: 100 }, () => pause.run(() => outage.ask(0))));
    clock.advance(200);
    outage.isAway = false;
    await pause.run(() => outage.ask(0));
    expect(outage.attemptsMs).toHaveLength(101);
  });

  it('is no pause for anyone where only the one request was refused', async () => {
    const pause = new RetryPause({ clock: fakeClock(), random: createRandom('one'), isOutage: () => false });
    await expect(pause.run(() => Promise.reject(new Error('refused')))).rejects.toThrow('refused');
    expect(await pause.run(async () => 'granted')).toBe('granted');
  });
});
