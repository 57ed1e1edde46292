import { z } from 'zod';
import { percentile } from '../metrics/percentile.ts';
import { rounded } from '../metrics/rounding.ts';
import type { MeasuredBlock } from './load-figures.ts';
import type { BlockWindows } from './rotation-window.ts';

const point = z.tuple([z.number(), z.number().nullable()]);
const points = z.array(point).describe('seconds since the rotation began, value until the next point');

export const loadSeries = z.strictObject({
  stepSeconds: z.number(),
  acceptedPerSecond: points,
  latencyMsP99: points,
});
export type LoadSeries = z.infer<typeof loadSeries>;
export type LoadPoint = z.infer<typeof point>;

const stepsMax = 120;

/**
 * An arm's blocks laid over each other with the rotation at zero, in steps of whole seconds. A step
 * that a block's measured time covers only in part is left out: it would look like a drop.
 */
export function traceLoad(blocks: readonly Pick<MeasuredBlock, 'windows' | 'requests'>[]): LoadSeries {
  const longestMs = Math.max(0, ...blocks.map(({ windows }) => windows.toMs - windows.fromMs));
  const stepMs = Math.max(1, Math.ceil(longestMs / 1000 / stepsMax)) * 1000;
  const blocksAt = new Map<number, number>();
  const latenciesAt = new Map<number, number[]>();
  for (const { windows, requests } of blocks) {
    const [first, end] = wholeSteps(windows, stepMs);
    for (let step = first; step < end; step += 1) blocksAt.set(step, (blocksAt.get(step) ?? 0) + 1);
    for (const { atMs, latencyMs, outcome } of requests) {
      const step = Math.floor((atMs - windows.rotationFromMs) / stepMs);
      if (outcome !== 'accepted' || step < first || step >= end) continue;
      const latencies = latenciesAt.get(step);
      if (latencies) latencies.push(latencyMs);
      else latenciesAt.set(step, [latencyMs]);
    }
  }
  const stepSeconds = stepMs / 1000;
  const steps = [...blocksAt].sort(([a], [b]) => a - b);
  const latenciesOf = (step: number) => latenciesAt.get(step) ?? [];
  return {
    stepSeconds,
    acceptedPerSecond: steps.map(([step, count]): LoadPoint => {
      const perSecond = latenciesOf(step).length / count / stepSeconds;
      return [step * stepSeconds, rounded(perSecond)];
    }),
    latencyMsP99: steps.map(([step]): LoadPoint => {
      const sorted = latenciesOf(step).sort((a, b) => a - b);
      return [step * stepSeconds, percentile(sorted, 0.99)];
    }),
  };
}

function wholeSteps({ fromMs, rotationFromMs, toMs }: BlockWindows, stepMs: number): [number, number] {
  return [Math.ceil((fromMs - rotationFromMs) / stepMs), Math.floor((toMs - rotationFromMs) / stepMs)];
}
