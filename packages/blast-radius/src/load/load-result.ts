import { z } from 'zod';
import { loadRatios } from './compare-arms.ts';
import { loadFigures } from './load-figures.ts';
import { loadManifest } from './load-manifest.ts';
import { loadSeries } from './load-series.ts';

const svids = z.strictObject({ replaced: z.int(), total: z.int() }).nullable();

export const loadArm = z.strictObject({
  ...loadFigures.shape,
  blocks: z.int(),
  svids: svids.describe('of the forced rotations together; null where nothing is rotated'),
  series: loadSeries,
});
export type LoadArm = z.infer<typeof loadArm>;

export const loadBlockResult = z.strictObject({
  index: z.int(),
  arm: z.string(),
  ...loadFigures.shape,
  svids,
  thresholdsCrossed: z.array(z.string()),
  k6ExitCode: z.int(),
  dashboard: z.string().nullable(),
});
export type LoadBlockResult = z.infer<typeof loadBlockResult>;

const asked = loadManifest.shape;

/** The section `load` of `report.json`: what k6 pushed, what came of it, and what the rotation did to it. */
export const loadResult = z.strictObject({
  target: asked.target,
  k6Version: asked.k6Version,
  ratePerSecond: asked.ratePerSecond,
  warmUpSeconds: asked.warmUpSeconds,
  durationSeconds: asked.durationSeconds,
  repeats: asked.repeats,
  loadAgents: asked.loadAgents,
  rotationSeconds: z
    .number()
    .nullable()
    .describe('mean length of the forced rotations; the length of the window of an arm without one'),
  noop: z.strictObject({
    offered: z.int(),
    completed: z.int(),
    dropped: z.int(),
    offeredPerSecond: z.number(),
    completedPerSecond: z.number(),
    cpuCores: z.number(),
    latencyMsP99: z.number(),
  }),
  arms: z.record(z.string(), loadArm),
  blocks: z.array(loadBlockResult),
  ratios: z.array(loadRatios).describe('of each further arm to the first'),
});
export type LoadResult = z.infer<typeof loadResult>;
