import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type AgentRecord, openLedger } from '@blastradius/ledger';
import type { RunningLoad, World } from '@blastradius/stack';
import type { K6 } from '../k6/k6.ts';
import type { ProcessorTime } from '../k6/processor-time.ts';
import { type RunningK6, runK6 } from '../k6/run-k6.ts';
import {
  type LifecyclePlan,
  type LifecycleRotation,
  type PlayedLifecycle,
  playLifecycle,
} from '../lifecycle/play-in-world.ts';
import { K6Missing } from '../load.errors.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { publishSecondsFor, type RotationInstant, rotate } from './forced-rotation.ts';
import { prepareJob, secondsMax } from './load-job.ts';

interface WorldLoadOptions {
  readonly k6: K6;
  /** The image of k6 for worlds that are reached from a container alone. */
  readonly k6Image: string | null;
  readonly plan: LoadPlan;
  /** In place of the forced rotation. */
  readonly lifecycle: LifecyclePlan | null;
  readonly signal?: AbortSignal;
}

/** k6 at work on one world, and the rotation in the middle of what is measured. */
export interface WorldLoad extends RunningLoad {
  readonly count: RunningK6['count'];
  readonly finished: Promise<{
    readonly exitCode: number;
    readonly processorTime: ProcessorTime;
    readonly rotation: RotationInstant;
    readonly lifecycle: PlayedLifecycle | null;
    /** When k6 ended. */
    readonly endedMs: number;
  }>;
}

export const workFolderOf = (armFolder: string): string => join(armFolder, 'k6');

/** Resolves when the load has begun, after its agents have been prepared. */
export async function startWorldLoad(world: World, options: WorldLoadOptions): Promise<WorldLoad> {
  const { ledgerFolder, logFolder, scenario, seed, arm } = world.setting;
  const { plan } = options;
  const k6 = k6For(world, options);
  const ledger = openLedger<AgentRecord>(join(ledgerFolder, 'agents-load.jsonl'));
  const workFolder = workFolderOf(join(ledgerFolder, '..'));
  const job = prepareJob({ scenario, plan, seed, target: { arm, ...world.loadEntry }, workFolder });
  const running = runK6(job, {
    k6,
    logFile: join(logFolder, 'k6.log'),
    secondsMax: secondsMax(plan),
    record: (record) => ledger.append(record),
  });
  const stopping = new AbortController();
  const stop = async () => {
    stopping.abort();
    await running.stop();
    await running.ended.catch(() => {});
  };
  running.ended.finally(() => ledger.close()).catch(() => {});
  options.signal?.addEventListener('abort', () => void stop(), { once: true });
  const begunMs = await running.begun.catch((error: unknown) => {
    options.signal?.throwIfAborted();
    throw error;
  });
  const rotation = rotateIn(world, { ...options, begunMs, signal: stopping.signal });
  const endedMs = running.ended.then(() => Date.now());
  const finished = Promise.all([running.ended, rotation, endedMs]).then(([ended, rotated, atMs]) => ({
    ...ended,
    rotation: rotated.instant,
    lifecycle: rotated.lifecycle,
    endedMs: atMs,
  }));
  const ended = finished.then(() => {});
  for (const promise of [rotation, finished, ended, endedMs]) promise.catch(() => {});
  return { count: running.count, finished, ended, stop };
}

interface Rotating extends Pick<WorldLoadOptions, 'plan' | 'lifecycle'> {
  readonly begunMs: number;
  readonly signal: AbortSignal;
}

/** All SVIDs at once, half-way; or each key set through its life, from the end of the warm-up on. */
async function rotateIn(
  world: World,
  { plan, lifecycle, begunMs, signal }: Rotating,
): Promise<LifecycleRotation> {
  const warmMs = begunMs + plan.warmUpSeconds * 1000;
  if (lifecycle !== null) {
    return playLifecycle(world, { plan: lifecycle, fromMs: warmMs, signal });
  }
  const middleMs = warmMs + plan.durationSeconds * 500;
  await pause(Math.max(0, middleMs - Date.now()), undefined, { signal });
  const instant = await rotate(world, publishSecondsFor(plan.durationSeconds));
  return { instant, lifecycle: null };
}

function k6For({ loadEntry }: World, { k6, k6Image }: WorldLoadOptions): K6 {
  if (!loadEntry.container) return k6;
  if (k6Image === null)
    throw new K6Missing('this world takes its load from a container, and k6 has no image');
  return { kind: 'service', image: k6Image, ...loadEntry.container };
}
