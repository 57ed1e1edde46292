/** A time to wait for, and when the waiting began; epoch milliseconds. */
export interface Deadline {
  readonly setAtMs: number;
  readonly dueAtMs: number;
}

/** Clocks are moved by milliseconds all the time; that is no reason to stop waiting. */
const SET_BACK_MS_MIN = 1000;

export const NO_WAIT: Deadline = { setAtMs: Number.NEGATIVE_INFINITY, dueAtMs: Number.NEGATIVE_INFINITY };

export function waitFrom(nowMs: number, delayMs: number): Deadline {
  return { setAtMs: nowMs, dueAtMs: nowMs + delayMs };
}

/**
 * Whether the waiting is over. It is as well where the clock shows a time from before it began: the
 * clock was set back, nobody can tell by it how much is left, and an hour must not become two.
 */
export function isPast({ setAtMs, dueAtMs }: Deadline, nowMs: number): boolean {
  return nowMs >= dueAtMs || isBefore(setAtMs, nowMs);
}

/** Whether the clock shows a time from before something that has happened already. */
export function isBefore(happenedAtMs: number, nowMs: number): boolean {
  return nowMs < happenedAtMs - SET_BACK_MS_MIN;
}
