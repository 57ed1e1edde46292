import type { LoadBlock } from './load-manifest.ts';

/** The stretches of a block's measured time; an instant belongs to the one that begins with it. */
export interface BlockWindows {
  readonly fromMs: number;
  readonly rotationFromMs: number;
  readonly rotationToMs: number;
  readonly toMs: number;
}

/** The mean length of the forced rotations; null where no block had one. */
export function meanRotationMs(blocks: readonly LoadBlock[]): number | null {
  const lengths = blocks.flatMap(({ rotation }) =>
    'startedMs' in rotation ? [rotation.finishedMs - rotation.startedMs] : [],
  );
  return lengths.length === 0 ? null : lengths.reduce((sum, ms) => sum + ms, 0) / lengths.length;
}

/**
 * Before, during and after the rotation. A block without one gets a window of the same length at its
 * mark, so that like is compared with like; without any rotation in the run that window is empty.
 */
export function windowsOf(block: LoadBlock, rotationMs: number | null): BlockWindows {
  const { measuredFromMs: fromMs, measuredToMs: toMs, rotation } = block;
  const inside = (ms: number) => Math.min(Math.max(ms, fromMs), toMs);
  const started = 'startedMs' in rotation ? rotation.startedMs : rotation.markedMs;
  const finished = 'startedMs' in rotation ? rotation.finishedMs : started + (rotationMs ?? 0);
  return { fromMs, rotationFromMs: inside(started), rotationToMs: inside(finished), toMs };
}
