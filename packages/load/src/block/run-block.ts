import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadBlock, RunManifest } from '@blastradius/blast-radius';
import type { Scenario } from '@blastradius/scenario';
import {
  type Arm,
  type LoadGenerator,
  type Platform,
  type RunOptions,
  runScenario,
  type TrialProgress,
} from '@blastradius/stack';
import type { K6 } from '../k6/k6.ts';
import { lifecycleFile, lifecycleReport } from '../lifecycle/lifecycle-report.ts';
import type { LifecyclePlan } from '../lifecycle/play-in-world.ts';
import { K6Failed } from '../load.errors.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { rotationOf } from './forced-rotation.ts';
import { dashboardFile, readThresholds } from './load-job.ts';
import { offeredBy } from './offered.ts';
import { startWorldLoad, type WorldLoad, workFolderOf } from './world-load.ts';

export interface BlockOptions {
  readonly index: number;
  readonly arm: Arm;
  /** The world's ledgers end up in `<folder>/<arm>/ledger`. */
  readonly folder: string;
  readonly k6: K6;
  readonly k6Image: string | null;
  /** Where the world runs; a fresh one of processes where it is left out. */
  readonly platform?: Platform;
  readonly generator: LoadGenerator;
  readonly scenario: Scenario;
  readonly plan: LoadPlan;
  /** Leads the keys through their life, in place of the forced rotation. */
  readonly lifecycle?: LifecyclePlan;
  readonly agents: number;
  readonly seed: string;
  readonly signal?: AbortSignal;
  readonly onPhase?: RunOptions['onPhase'];
  readonly onProgress?: RunOptions['onProgress'];
  /** For tests alone: what happens to the running world. */
  readonly test?: RunOptions['test'];
}

export interface PlayedBlock {
  readonly manifest: RunManifest;
  /** Without its places below the run's folder, which are whoever asked for it to choose. */
  readonly block: Omit<LoadBlock, 'folder' | 'dashboard'>;
  readonly hasDashboard: boolean;
}

/** The incident ends when the load does, or a little later. */
const TAIL_SECONDS = 2;

/** One world of one arm, fresh, with its life, its thief, its load and the rotation. */
export async function runBlock(options: BlockOptions): Promise<PlayedBlock> {
  const { index, arm, folder, scenario, plan, signal } = options;
  let load: WorldLoad | undefined;
  const manifest = await runScenario({
    scenario,
    arms: [arm],
    agents: options.agents,
    seed: options.seed,
    timeScale: timeScaleOf(scenario, plan),
    folder,
    ...(options.platform ? { platform: options.platform } : {}),
    load: {
      generator: options.generator,
      start: async (world) => {
        load = await startWorldLoad(world, {
          k6: options.k6,
          k6Image: options.k6Image,
          plan,
          lifecycle: options.lifecycle ?? null,
          ...(signal ? { signal } : {}),
        });
        return load;
      },
    },
    ...(signal ? { signal } : {}),
    ...(options.onPhase ? { onPhase: options.onPhase } : {}),
    ...(options.test ? { test: options.test } : {}),
    onProgress: (name, progress) => options.onProgress?.(name, withLoad(progress, load)),
  });
  if (!load) throw new K6Failed('the load never began');
  const { exitCode, processorTime, rotation, lifecycle, endedMs } = await load.finished;
  if (lifecycle !== null) {
    const ledgerFolder = join(folder, arm, 'ledger');
    const report = lifecycleReport({ ...lifecycle, ledgerFolder, loadEndedMs: endedMs });
    writeFileSync(lifecycleFile(join(folder, arm)), `${JSON.stringify(report, null, 2)}\n`);
  }
  const { measured, measuredFromMs } = load.count;
  if (measuredFromMs === null) throw new K6Failed('k6 sent no request after its warm-up');
  const measuredToMs = measuredFromMs + plan.durationSeconds * 1000;
  const workFolder = workFolderOf(join(folder, arm));
  return {
    manifest,
    block: {
      index,
      arm,
      measuredFromMs,
      measuredToMs,
      rotation: rotationOf(rotation, join(folder, arm, 'ledger')),
      offered: offeredBy(plan, measured),
      completed: measured.completed,
      dropped: measured.dropped,
      generatorCpuSeconds: Math.round(processorTime.between(measuredFromMs, measuredToMs) * 1000) / 1000,
      thresholds: readThresholds(workFolder),
      k6ExitCode: exitCode,
    },
    hasDashboard: existsSync(dashboardFile(workFolder)),
  };
}

/** As fast as makes the whole incident fit beside the load. */
export function timeScaleOf(
  { clock }: Pick<Scenario, 'clock'>,
  { warmUpSeconds, durationSeconds }: Pick<LoadPlan, 'warmUpSeconds' | 'durationSeconds'>,
): number {
  const incidentSeconds = (clock.endMinute - clock.startMinute) * 60;
  const exact = incidentSeconds / (warmUpSeconds + durationSeconds + TAIL_SECONDS);
  return Math.max(1, Math.round(exact * 10) / 10);
}

/** Requests of the load are honest ones, too. */
function withLoad(progress: TrialProgress, load: WorldLoad | undefined): TrialProgress {
  if (!load) return progress;
  const { sent, accepted, refused, failed } = load.count.all;
  const { honest } = progress;
  const sum = (name: string, more: number) => (honest[name] ?? 0) + more;
  return {
    ...progress,
    honest: {
      ...honest,
      sent: sum('sent', sent),
      accepted: sum('accepted', accepted),
      refused: sum('refused', refused),
      failed: sum('failed', failed),
    },
  };
}
