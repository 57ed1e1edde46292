import type { Clock } from '@blastradius/kernel';

export interface FakeClock extends Clock {
  advance(ms: number): void;
}

/** A clock that stands still until it is told to move. */
export function fakeClock(start = new Date('2026-02-01T00:00:00Z')): FakeClock {
  let nowMs = start.getTime();
  return {
    now: () => new Date(nowMs),
    advance: (ms) => {
      nowMs += ms;
    },
  };
}
