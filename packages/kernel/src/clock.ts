/** Where "now" comes from. Decisions take a `Date`; only the rim of a process holds a clock. */
export interface Clock {
  now(): Date;
}

export const systemClock: Clock = { now: () => new Date() };
