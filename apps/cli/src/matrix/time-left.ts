/** What is left at the pace so far; null where nothing has ended yet. */
export function secondsLeft(ended: number, left: number, elapsedSeconds: number): number | null {
  return ended === 0 ? null : (elapsedSeconds / ended) * left;
}

export function timeLeftText(seconds: number | null): string {
  return seconds === null ? 'time left not known yet' : `about ${timeText(seconds)} left`;
}

/** Rounded up, in seconds where it is short. */
export function timeText(seconds: number): string {
  return seconds < 90 ? `${Math.ceil(seconds)} s` : `${Math.ceil(seconds / 60)} min`;
}
