import type { K6Point } from './k6-point.ts';

/** What came of the load so far; the warm-up is counted apart. */
export class LoadCount {
  readonly measured = { completed: 0, dropped: 0, accepted: 0, refused: 0, failed: 0 };
  readonly all = { sent: 0, accepted: 0, refused: 0, failed: 0, dropped: 0 };
  /** When the first measured request began. */
  measuredFromMs: number | null = null;

  take(point: K6Point, outcome: 'accepted' | 'refused' | 'failed' | null): void {
    if (point.kind === 'drop') {
      this.all.dropped += point.count;
      if (point.part === 'measured') this.measured.dropped += point.count;
      return;
    }
    if (outcome === null) return;
    this.all.sent += 1;
    this.all[outcome] += 1;
    if (point.part !== 'measured') return;
    this.measured.completed += 1;
    this.measured[outcome] += 1;
    this.measuredFromMs = Math.min(this.measuredFromMs ?? point.atMs, point.atMs);
  }
}
