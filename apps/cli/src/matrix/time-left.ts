/** What is left at the pace so far; null where nothing has ended yet. */
export function secondsLeft(ended: number, left: number, elapsedSeconds: number): number | null {
  return ended === 0 ? null : (elapsedSeconds / ended) * left;
}

export function timeLeftText(seconds: number | null): string {
  if (seconds === null) return 'time left not known yet';
  if (seconds < 90) return `about ${Math.ceil(seconds)} s left`;
  return `about ${Math.ceil(seconds / 60)} min left`;
}
