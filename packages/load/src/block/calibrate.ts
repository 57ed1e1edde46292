import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadManifest } from '@blastradius/blast-radius';
import type { Scenario } from '@blastradius/scenario';
import type { K6 } from '../k6/k6.ts';
import { runK6 } from '../k6/run-k6.ts';
import type { LoadPlan } from '../plan/load-plan.ts';
import { startNoOpTarget } from '../target/start-no-op-target.ts';
import { prepareJob, secondsMax } from './load-job.ts';
import { offeredBy } from './offered.ts';

type NoOpRun = LoadManifest['generator']['noop'];

/** Long enough to see whether k6 keeps up, short beside what it is there for. */
const SECONDS_MAX = 10;
const WARM_UP_SECONDS_MAX = 3;

interface CalibrateOptions {
  readonly k6: K6;
  readonly scenario: Scenario;
  readonly plan: LoadPlan;
  readonly seed: string;
  readonly folder: string;
  readonly signal?: AbortSignal;
}

/** The same script at the same rate against a target that does nothing: what k6 itself costs and can. */
export async function calibrate({
  k6,
  scenario,
  plan,
  seed,
  folder,
  signal,
}: CalibrateOptions): Promise<NoOpRun> {
  mkdirSync(folder, { recursive: true });
  const short: LoadPlan = {
    ...plan,
    warmUpSeconds: Math.min(plan.warmUpSeconds, WARM_UP_SECONDS_MAX),
    durationSeconds: Math.min(plan.durationSeconds, SECONDS_MAX),
  };
  const target = await startNoOpTarget();
  try {
    // As in the identity arm: plain HTTP to loopback.
    const entry = { arm: 'x509-svid', url: target.url, certificatePem: null };
    const { dashboardFile: _, ...job } = prepareJob({
      scenario,
      plan: short,
      seed,
      target: entry,
      workFolder: folder,
    });
    const latencies: number[] = [];
    const running = runK6(job, {
      k6,
      logFile: join(folder, 'k6.log'),
      secondsMax: secondsMax(short),
      record: ({ latencyMs }, part) => void (part === 'measured' && latencies.push(latencyMs)),
    });
    const stop = () => void running.stop();
    signal?.addEventListener('abort', stop, { once: true });
    const { processorTime } = await running.ended.catch((error: unknown) => {
      signal?.throwIfAborted();
      throw error;
    });
    signal?.removeEventListener('abort', stop);
    const { measured, measuredFromMs } = running.count;
    const fromMs = measuredFromMs ?? 0;
    return {
      offered: offeredBy(short, measured),
      completed: measured.completed,
      dropped: measured.dropped,
      durationSeconds: short.durationSeconds,
      cpuSeconds: rounded(processorTime.between(fromMs, fromMs + short.durationSeconds * 1000)),
      p99Ms: rounded(nearestRank(latencies, 0.99)),
    };
  } finally {
    await target.close();
  }
}

function nearestRank(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
