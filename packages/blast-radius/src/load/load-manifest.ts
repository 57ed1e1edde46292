import { z } from 'zod';

const noopRun = z.object({
  offered: z.int().min(0),
  completed: z.int().min(0),
  dropped: z.int().min(0),
  durationSeconds: z.number().positive(),
  cpuSeconds: z.number().min(0),
  p99Ms: z.number().min(0),
});

/** Every SVID of the world was replaced between the two instants. */
const forcedRotation = z.object({
  startedMs: z.number(),
  finishedMs: z.number(),
  svidsReplaced: z.int().min(0),
  svidsTotal: z.int().min(0),
});

/** The same instant of a block of an arm that has nothing to rotate. */
const markOnly = z.object({ markedMs: z.number() });

/** Below the run's folder, so that a manifest from elsewhere opens nothing else. */
const folderBelow = z
  .string()
  .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$)).+$/, 'must be a path below the folder of the run');

/**
 * One k6 run against one world. `measuredFromMs` is where the warm-up ends; the counts and the CPU
 * are those of the measured part. Instants are epoch milliseconds, as in the ledgers.
 */
export const loadBlock = z.object({
  index: z.int().min(0),
  arm: z.string(),
  /** The world's own folder below the run's: its ledgers are in `ledger/` within. */
  folder: folderBelow,
  measuredFromMs: z.number(),
  measuredToMs: z.number(),
  rotation: z.union([forcedRotation, markOnly]),
  /** Iterations that were due; completed and dropped ones add up to it, but for those cut off at the end. */
  offered: z.int().min(0),
  completed: z.int().min(0),
  /** Iterations that k6 could not start for want of a free virtual user. */
  dropped: z.int().min(0),
  /** User and system time of the k6 process. */
  generatorCpuSeconds: z.number().min(0),
  thresholds: z.array(z.object({ name: z.string(), ok: z.boolean() })),
  k6ExitCode: z.int(),
  /** The exported dashboard, relative to the run's folder. */
  dashboard: z.string().nullable(),
});
export type LoadBlock = z.infer<typeof loadBlock>;

/** `load.json` beside `run.json`: what k6 was asked to do and did; the requests are in the blocks' ledgers. */
export const loadManifest = z.object({
  schemaVersion: z.literal(1),
  scenario: z.string(),
  startedAt: z.iso.datetime(),
  target: z.enum(['embedded', 'compose']),
  k6Version: z.string(),
  ratePerSecond: z.number().positive(),
  warmUpSeconds: z.number().min(0),
  durationSeconds: z.number().positive(),
  repeats: z.int().min(1),
  loadAgents: z.int().min(1),
  /** The first arm is the one that the others are compared with. */
  arms: z.array(z.string()).min(1),
  /** The same script against a target that does nothing: what the generator itself costs. */
  generator: z.object({ noop: noopRun }),
  blocks: z.array(loadBlock),
});
export type LoadManifest = z.infer<typeof loadManifest>;
