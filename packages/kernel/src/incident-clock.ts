/**
 * Maps wall time to the incident's own time. Minute 0 is the report of the leak; minutes
 * before it are negative. `timeScale` is how many incident seconds pass in one real second.
 */
export interface IncidentClock {
  /** Wall time, epoch milliseconds, at which the run stood at `startMinute`. */
  readonly startedAtMs: number;
  readonly startMinute: number;
  readonly timeScale: number;
}

export function incidentMinuteAt(clock: IncidentClock, atMs: number): number {
  return clock.startMinute + ((atMs - clock.startedAtMs) * clock.timeScale) / 60_000;
}

export function wallMsAt(clock: IncidentClock, minute: number): number {
  return clock.startedAtMs + ((minute - clock.startMinute) * 60_000) / clock.timeScale;
}
