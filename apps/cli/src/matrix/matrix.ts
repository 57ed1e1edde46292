import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { type Arm, type Leak, leak } from '@blastradius/contracts';
import {
  type MatrixManifest,
  type MatrixResults,
  planTrials,
  seedsOf,
  type Trial,
  type TrialAttempt,
} from '@blastradius/matrix';
import type { Scenario, Strategy } from '@blastradius/scenario';
import { ARMS, findRoot, startEmbeddedPlatform } from '@blastradius/stack';
import { readScenario } from '../read-scenario.ts';
import { interruption } from '../run-folder.ts';
import { MatrixIncomplete } from './matrix.errors.ts';
import { MatrixFolder } from './matrix-folder.ts';
import { planText } from './plan-text.ts';
import { playTrial } from './play-trial.ts';
import { secondsLeft, timeLeftText } from './time-left.ts';
import { runTrialJobs } from './trial-jobs.ts';
import { versionOf } from './version.ts';
import { writeMatrixReport } from './write-matrix-report.ts';

export interface MatrixFlags {
  readonly arms?: Arm[];
  readonly leaks?: Leak[];
  readonly seeds: number;
  readonly out?: string;
  readonly atOnce?: number;
  readonly agents?: number;
  readonly timeScale?: number;
  readonly scenario: string;
  readonly strategy?: Strategy;
  readonly jobs?: string;
  readonly plan?: boolean;
}

/** Plays every trial that has not ended yet, and writes the table; a trial that failed twice is an error. */
export async function matrix(flags: MatrixFlags): Promise<void> {
  const scenario = readScenario(flags.scenario, flags);
  const out = flags.out ?? join('runs', scenario.name);
  if (flags.plan) return tellPlan(out, scenario, flags);
  const folder = MatrixFolder.open(out, manifestOf(scenario, flags));
  const planned = planTrials(folder.manifest);
  const waiting = planned.filter(({ id }) => !folder.hasEnded(id));
  say(
    `${planned.length} trials, ${planned.length - waiting.length} of them there already, in ${folder.path}`,
  );
  if (waiting.length > 0) await play(waiting, folder, scenario, flags);
  const results = writeMatrixReport(folder);
  process.stdout.write(
    `\nReport:  ${join(folder.path, 'report.html')}\nNumbers: ${join(folder.path, 'cells.csv')}, ${join(folder.path, 'trials.csv')} (dictionary.md says what they mean)\n`,
  );
  assertComplete(results);
}

/** Plays nothing, and writes nothing. */
function tellPlan(out: string, scenario: Scenario, flags: MatrixFlags): void {
  const manifest = manifestOf(scenario, flags);
  const records = MatrixFolder.find(out, manifest)?.records() ?? [];
  const { startMinute, endMinute } = scenario.clock;
  const text = planText({
    manifest,
    endedSeconds: new Map(records.map(({ id, attempts }) => [id, attempts.at(-1)?.seconds ?? 0])),
    incidentSeconds: ((endMinute - startMinute) * 60) / manifest.timeScale,
    atOnce: atOnceOf(flags),
  });
  process.stdout.write(text);
}

/** A world waits more than it computes: one more than there are cores keeps them busy. */
const atOnceOf = ({ atOnce }: MatrixFlags) => atOnce ?? availableParallelism() + 1;

function assertComplete({ trials }: MatrixResults): void {
  const failed = trials.filter(({ state }) => state !== 'done');
  if (failed.length === 0) return;
  const lines = failed.map(({ trial, state, problems }) => `  ${trial}: ${problems || state}`);
  throw new MatrixIncomplete(
    `${failed.length} of ${trials.length} trials have no numbers; remove their folders and start again to repeat them:\n${lines.join('\n')}`,
  );
}

async function play(
  waiting: readonly Trial[],
  folder: MatrixFolder,
  scenario: Scenario,
  flags: MatrixFlags,
): Promise<void> {
  const signal = interruption();
  const platform = await startEmbeddedPlatform();
  const settings = { scenario, platform, signal, ...sizeOf(folder) };
  const attempts = new Map<string, TrialAttempt[]>();
  const progress = tellProgress(waiting.length);
  try {
    await runTrialJobs(waiting, {
      url: flags.jobs ?? (await platform.createJobsDatabase()),
      queue: `matrix-${createHash('sha256').update(folder.path).digest('hex').slice(0, 16)}`,
      atOnce: atOnceOf(flags),
      signal,
      play: async (trial, { isLast }) => {
        if (folder.hasEnded(trial.id)) return;
        const before = attempts.get(trial.id) ?? [];
        const begun = Date.now();
        const problem = await playTrial(trial, folder.clear(trial.id), settings).then(
          () => null,
          (error: unknown) => {
            signal.throwIfAborted();
            return problemOf(error);
          },
        );
        const attempt = {
          startedAt: new Date(begun).toISOString(),
          seconds: (Date.now() - begun) / 1000,
          problem,
        };
        attempts.set(trial.id, [...before, attempt]);
        if (problem !== null && !isLast) {
          progress.again(trial, problem);
          throw new Error(problem);
        }
        folder.end({
          schemaVersion: 1,
          ...trial,
          state: problem === null ? 'done' : 'failed',
          attempts: [...before, attempt],
        });
        progress.ended(trial, attempt);
      },
    });
  } finally {
    await platform.stop();
  }
}

function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

const sizeOf = ({ manifest }: MatrixFolder) => ({ agents: manifest.agents, timeScale: manifest.timeScale });

function tellProgress(total: number) {
  const begun = Date.now();
  let ended = 0;
  const name = ({ arm, leak, seed }: Trial) => `${arm}, ${leak}, ${seed}`;
  return {
    again: (trial: Trial, problem: string) => say(`  ${name(trial)}: once more, because ${problem}`),
    ended: (trial: Trial, { seconds, problem }: TrialAttempt) => {
      ended += 1;
      const left = secondsLeft(ended, total - ended, (Date.now() - begun) / 1000);
      const outcome = problem === null ? `${Math.round(seconds * 10) / 10} s` : `FAILED: ${problem}`;
      say(`[${ended}/${total}] ${name(trial)}: ${outcome}; ${timeLeftText(left)}`);
    },
  };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function manifestOf(scenario: Scenario, flags: MatrixFlags): MatrixManifest {
  return {
    schemaVersion: 1,
    scenario: {
      name: scenario.name,
      title: scenario.title,
      sha256: createHash('sha256').update(readFileSync(scenario.file)).digest('hex'),
    },
    arms: flags.arms ?? [...ARMS],
    leaks: flags.leaks ?? [...leak.options],
    seeds: seedsOf(scenario.seed, flags.seeds),
    agents: flags.agents ?? scenario.population.agents,
    timeScale: flags.timeScale ?? scenario.timeScale,
    ...(flags.strategy ? { strategy: flags.strategy } : {}),
    startedAt: new Date().toISOString(),
    version: versionOf(findRoot()),
    host: {
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    },
  };
}
