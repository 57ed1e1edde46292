import { z } from 'zod';
import { rounded } from '../metrics/rounding.ts';
import type { LoadBlock, LoadManifest } from './load-manifest.ts';
import { loadPart, measurePart } from './load-part.ts';
import type { LoadRequest } from './load-request.ts';
import type { BlockWindows } from './rotation-window.ts';

/** Of one block, or of an arm's blocks together. */
export const loadFigures = z.strictObject({
  offered: z.int().describe('requests that were due'),
  completed: z.int(),
  dropped: z.int().describe('due, but never sent: k6 had no free virtual user'),
  offeredPerSecond: z.number().nullable(),
  whole: loadPart,
  before: loadPart,
  during: loadPart.describe('between the beginning and the end of the forced rotation'),
  after: loadPart,
  generatorCpuCores: z.number().nullable().describe('user and system seconds of k6 in one second'),
  generatorCpuPerRequestToNoop: z
    .number()
    .nullable()
    .describe('k6 CPU for a request, in multiples of what it was against a target that does nothing'),
});
export type LoadFigures = z.infer<typeof loadFigures>;

/** A block as it ran, and the requests that were sent in its measured time. */
export interface MeasuredBlock {
  readonly ran: LoadBlock;
  readonly windows: BlockWindows;
  readonly requests: readonly LoadRequest[];
}

/** Blocks taken together: percentiles are those of all their requests, not means of percentiles. */
export function figuresOf(
  blocks: readonly MeasuredBlock[],
  noop: LoadManifest['generator']['noop'],
): LoadFigures {
  const ran = blocks.map((block) => block.ran);
  const seconds = sum(blocks.map(({ windows }) => windows.toMs - windows.fromMs)) / 1000;
  const offered = sum(ran.map((block) => block.offered));
  const completed = sum(ran.map((block) => block.completed));
  const cpuSeconds = sum(ran.map((block) => block.generatorCpuSeconds));
  return {
    offered,
    completed,
    dropped: sum(ran.map((block) => block.dropped)),
    offeredPerSecond: quotient(offered, seconds),
    whole: partOf(blocks, 'fromMs', 'toMs'),
    before: partOf(blocks, 'fromMs', 'rotationFromMs'),
    during: partOf(blocks, 'rotationFromMs', 'rotationToMs'),
    after: partOf(blocks, 'rotationToMs', 'toMs'),
    generatorCpuCores: quotient(cpuSeconds, seconds),
    generatorCpuPerRequestToNoop: quotient(cpuSeconds * noop.completed, noop.cpuSeconds * completed),
  };
}

export function between(requests: readonly LoadRequest[], fromMs: number, toMs: number): LoadRequest[] {
  return requests.filter(({ atMs }) => atMs >= fromMs && atMs < toMs);
}

function partOf(blocks: readonly MeasuredBlock[], from: keyof BlockWindows, to: keyof BlockWindows) {
  const requests = blocks.flatMap((block) => between(block.requests, block.windows[from], block.windows[to]));
  return measurePart(requests, sum(blocks.map(({ windows }) => windows[to] - windows[from])) / 1000);
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const quotient = (part: number, whole: number) => (whole > 0 ? rounded(part / whole) : null);
