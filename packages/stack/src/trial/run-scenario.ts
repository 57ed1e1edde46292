import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ArmManifest, RunManifest } from '@blastradius/blast-radius';
import { type Arm, type Leak, whyNotApplicable } from '@blastradius/contracts';
import type { IncidentClock } from '@blastradius/kernel';
import { openLedger, type WorldRecord } from '@blastradius/ledger';
import { createPopulation, type Population, type Scenario, takenMinute } from '@blastradius/scenario';
import { borrowComposePlatform } from '../compose/compose-platform.ts';
import type { AppEntries } from '../embedded/app-entries.ts';
import { startEmbeddedPlatform } from '../embedded/embedded-platform.ts';
import { LeakNotApplicable } from '../stack.errors.ts';
import type { LoadGenerator } from '../world/load-entry.ts';
import type { Platform, World } from '../world/world.ts';
import type { WorldSetting } from '../world/world-setting.ts';
import { runTrial, type TrialProgress } from './run-trial.ts';
import type { DueEvent } from './timeline.ts';

/** Where worlds run: as processes of this machine, or in the containers of docker-compose.yml. */
export type Target = 'embedded' | 'compose';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly arms: readonly Arm[];
  readonly agents: number;
  readonly seed: string;
  readonly timeScale: number;
  /** Where `run.json`, the ledgers and the logs go. */
  readonly folder: string;
  readonly sequential?: boolean;
  readonly target?: Target;
  /** One that is there already, and outlives this run. */
  readonly platform?: Platform;
  /** The control with the leak taken out. */
  readonly leak?: 'on' | 'off';
  /** By what way something leaks, where it is not what the scenario says. */
  readonly leakVector?: Leak;
  readonly load?: LoadOnWorld;
  readonly signal?: AbortSignal;
  readonly onProgress?: (arm: Arm, progress: TrialProgress) => void;
  readonly onPhase?: (arm: Arm | null, phase: string) => void;
  /** For tests alone: other programs in place of the apps, and what happens to a running world. */
  readonly test?: {
    readonly apps?: Partial<AppEntries>;
    readonly control?: string;
    readonly disturb?: (world: World) => readonly DueEvent[];
    readonly onWorld?: (world: World) => void | Promise<void>;
  };
}

/** Load on each world beside its life, which the trial neither drives nor waits for more than its end. */
export interface LoadOnWorld {
  readonly generator: LoadGenerator;
  /** Resolves when the load has begun: only then does the run's clock start. */
  start(world: World): Promise<RunningLoad>;
}

export interface RunningLoad {
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** Runs the scenario for every arm and writes `run.json` and the ledgers; numbers are computed from these. */
export async function runScenario(options: RunOptions): Promise<RunManifest> {
  const startedAt = new Date().toISOString();
  checkLeakApplies(options);
  const population = createPopulation(options.scenario, { seed: options.seed, agents: options.agents });
  mkdirSync(options.folder, { recursive: true });
  const platform = options.platform ?? (await startPlatform(options));
  // Where one world fails the others end too: half a comparison is none.
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  try {
    const arms: [Arm, ArmManifest][] = [];
    const together = meetingPoint(options.sequential ? 1 : options.arms.length);
    const runArm = async (arm: Arm) => {
      const played = await runOneArm(arm, { ...options, signal, population, platform, together }).catch(
        (error: unknown) => {
          failed.abort(error);
          throw error;
        },
      );
      arms.push([arm, armManifest(arm, options, population, played)]);
    };
    if (options.sequential) for (const arm of options.arms) await runArm(arm);
    else await settleAll(options.arms.map(runArm));
    const ordered = options.arms.flatMap((arm) => arms.filter(([name]) => name === arm));
    const manifest = manifestOf(options, startedAt, Object.fromEntries(ordered));
    writeFileSync(join(options.folder, 'run.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } finally {
    if (platform !== options.platform) await platform.stop();
  }
}

export async function startPlatform(
  options: Pick<RunOptions, 'target' | 'onPhase' | 'test'>,
): Promise<Platform> {
  if (options.target === 'compose') {
    return borrowComposePlatform((phase) => options.onPhase?.(null, phase));
  }
  options.onPhase?.(null, 'starting PostgreSQL');
  return startEmbeddedPlatform(options.test?.apps);
}

/** All must have ended before the database under them may go, also where one has failed. */
async function settleAll(runs: readonly Promise<void>[]): Promise<void> {
  const outcomes = await Promise.allSettled(runs);
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) throw failed.reason;
}

type ArmRun = RunOptions & {
  readonly population: Population;
  readonly platform: Platform;
  /** Resolves when every world is ready to live. */
  readonly together: () => Promise<void>;
};

/** Lets nobody pass before all have come. */
function meetingPoint(expected: number): () => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let missing = expected;
  return () => {
    missing -= 1;
    if (missing <= 0) resolve();
    return promise;
  };
}

function leakVectorOf({ leakVector, scenario }: Pick<RunOptions, 'leakVector' | 'scenario'>): Leak {
  return leakVector ?? scenario.attack.leak;
}

function checkLeakApplies(options: RunOptions): void {
  const leak = leakVectorOf(options);
  if (options.target === 'compose' && leak !== 'open-database' && options.leak !== 'off') {
    throw new LeakNotApplicable(
      `the leak ${leak} needs a place in the world that containers don't give a thief: run it with --target embedded`,
    );
  }
  for (const arm of options.arms) {
    const why = whyNotApplicable(arm, leak);
    if (why !== null) {
      throw new LeakNotApplicable(
        `the leak ${leak} can't be played in arm ${arm}: ${why}; leave the arm out`,
      );
    }
  }
}

/** What a world was, once it is gone. */
interface PlayedArm {
  readonly clock: IncidentClock;
  readonly processAgents: number;
}

async function runOneArm(arm: Arm, options: ArmRun): Promise<PlayedArm> {
  const ledgerFolder = join(options.folder, arm, 'ledger');
  const logFolder = join(options.folder, arm, 'log');
  mkdirSync(ledgerFolder, { recursive: true });
  mkdirSync(logFolder, { recursive: true });
  const ledger = openLedger<WorldRecord>(join(ledgerFolder, 'world.jsonl'));
  const setting: WorldSetting = {
    arm,
    scenario: options.scenario,
    scenarioFile: options.scenario.file,
    seed: options.seed,
    timeScale: options.timeScale,
    population: options.population,
    ledgerFolder,
    logFolder,
    leak: options.leak ?? 'on',
    leakVector: leakVectorOf(options),
    ...(options.load ? { loadGenerator: options.load.generator } : {}),
    record: (event) => ledger.append({ ledger: 'world', atMs: Date.now(), ...event }),
  };
  try {
    options.signal?.throwIfAborted();
    options.onPhase?.(arm, 'starting the world');
    const world = await options.platform.startWorld(setting);
    try {
      await options.test?.onWorld?.(world);
      options.signal?.throwIfAborted();
      options.onPhase?.(arm, 'enrolling the agents');
      await orAborted(enrol(world), options.signal);
      options.onPhase?.(arm, 'ready');
      await orAborted(options.together(), options.signal);
      const load = await startLoad(world, options);
      options.onPhase?.(arm, 'live');
      const clock = await runTrial(world, {
        ...(options.signal ? { signal: options.signal } : {}),
        onProgress: (progress) => options.onProgress?.(arm, progress),
        disturbances: options.test?.disturb?.(world) ?? [],
      }).finally(() => endLoad(load, options.signal));
      options.signal?.throwIfAborted();
      options.onPhase?.(arm, 'ending');
      return { clock, processAgents: world.agents.ownProcesses };
    } finally {
      await world.stop();
    }
  } finally {
    ledger.close();
  }
}

async function startLoad(world: World, { load, signal, onPhase }: ArmRun): Promise<RunningLoad | null> {
  if (!load) return null;
  onPhase?.(world.setting.arm, 'starting the load');
  const running = await load.start(world);
  signal?.throwIfAborted();
  return running;
}

/** The load may outlast the incident; where the run is aborted it does not. */
async function endLoad(load: RunningLoad | null, signal?: AbortSignal): Promise<void> {
  if (!load) return;
  try {
    await orAborted(load.ended, signal);
  } finally {
    await load.stop();
  }
}

/** Agents open their accounts; their owners, verified elsewhere, are linked to them. */
async function enrol({ agents, operator, setting }: World): Promise<void> {
  const count = await agents.enrol();
  setting.record({ event: 'agent-enrolled', subject: null, detail: `${count} agents` });
  for (const { name, owner } of setting.population.agents) {
    await operator.linkOwner(name, { x_handle: owner.xHandle, x_name: owner.xName, email: owner.email });
  }
}

async function orAborted(work: Promise<void>, signal?: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = () => aborted.reject(signal?.reason);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  work.catch(() => {}); // Where the run is aborted, what fails afterwards is of no interest.
  try {
    await Promise.race([work, aborted.promise]);
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Leaks that the scenario's first fix really ends: the tables, the files and the way are closed to the thief. */
const CLOSED_BY_FIRST_FIX: ReadonlySet<Leak> = new Set([
  'open-database',
  'database-dump',
  'request-logs',
  'direct-messages',
  'man-in-the-middle',
]);

function armManifest(arm: Arm, options: RunOptions, population: Population, played: PlayedArm): ArmManifest {
  const { scenario, leak } = options;
  const fixes = scenario.timeline.flatMap(({ event, id, title, minute }) =>
    event === 'fix' && id ? [{ id, title, minute }] : [],
  );
  const { clock, processAgents } = played;
  const control = [leak === 'off' ? 'the leak is taken out' : null, options.test?.control]
    .filter(Boolean)
    .join('; ');
  return {
    clock,
    endMinute: scenario.clock.endMinute,
    arm,
    ...(leak === 'off' ? {} : { leak: leakVectorOf(options) }),
    // Those that only load stand in their own ledger, and the report adds them.
    agents: population.agents.length,
    processAgents,
    multiplexedAgents: population.agents.length - processAgents,
    leakMinute: leak === 'off' ? null : takenMinute({ ...scenario.attack, leak: leakVectorOf(options) }),
    fixes,
    holeClosedMinute: CLOSED_BY_FIRST_FIX.has(leakVectorOf(options)) ? (fixes[0]?.minute ?? null) : null,
    resetMinute: scenario.timeline.find(({ event }) => event === 'key-reset')?.minute ?? null,
    ...(control ? { control } : {}),
  };
}

function manifestOf(options: RunOptions, startedAt: string, arms: RunManifest['arms']): RunManifest {
  const { scenario, seed, timeScale } = options;
  return {
    schemaVersion: 1,
    scenario: { name: scenario.name, title: scenario.title },
    seed,
    timeScale,
    startedAt,
    host: {
      cpus: availableParallelism(),
      memoryBytes: totalmem(),
      node: process.version,
      platform: `${process.platform}-${process.arch}`,
    },
    arms,
    hypotheses: scenario.hypotheses,
    timeline: scenario.timeline.map(({ minute, event, title }) => ({ minute, event, title })),
    parameters: [...scenario.provenance],
  };
}
