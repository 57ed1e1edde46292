import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadBlock, LoadManifest, RunManifest } from '@blastradius/blast-radius';
import { loadAgentNames, type Scenario } from '@blastradius/scenario';
import { type Arm, type RunOptions, startPlatform, type Target } from '@blastradius/stack';
import { calibrate } from './block/calibrate.ts';
import { loadScript } from './block/load-job.ts';
import { blockName, placeBlock } from './block/place-block.ts';
import { type BlockOptions, runBlock } from './block/run-block.ts';
import { attestedAs } from './k6/attested-as.ts';
import { type FindOptions, findK6 } from './k6/find-k6.ts';
import { imageOf } from './k6/image-of.ts';
import { type K6, K6_VERSION } from './k6/k6.ts';
import { assertLongEnough, type LifecyclePlan, tokenAgentsEntry } from './lifecycle/play-in-world.ts';
import { ArmNotLoadable, NoLoadProfile } from './load.errors.ts';
import { blockOrder } from './plan/block-order.ts';
import { assertBearable, type LoadPlan } from './plan/load-plan.ts';

export interface LoadOptions {
  readonly scenario: Scenario;
  readonly arms: readonly Arm[];
  readonly plan: LoadPlan;
  /** How many agents live in each world beside those that load it. */
  readonly agents: number;
  readonly seed: string;
  readonly folder: string;
  readonly target: Target;
  /** Leads the key sets through their life one after the other, in place of the forced rotation; embedded worlds alone. */
  readonly lifecycle?: LifecyclePlan;
  readonly signal?: AbortSignal;
  /** What goes on between the worlds. */
  readonly onStep?: (line: string) => void;
  readonly onBlock?: (block: { readonly index: number; readonly of: number; readonly arm: Arm }) => void;
  readonly onPhase?: NonNullable<RunOptions['onPhase']>;
  readonly onProgress?: RunOptions['onProgress'];
  /** For tests alone: what happens to the running worlds. */
  readonly test?: NonNullable<RunOptions['test']>;
}

/**
 * Loads fresh worlds of each arm, one at a time and interleaved, and writes what a report is computed
 * from: `run.json` and the ledgers of each arm's first world as any run has them, further worlds below
 * `blocks/`, and `load.json`, which says what k6 did to each.
 */
export async function runLoad(options: LoadOptions): Promise<LoadManifest> {
  const { scenario, plan, onStep } = options;
  assertBearable(plan);
  assertLoadable(options.arms);
  if (options.lifecycle) assertLongEnough(options.lifecycle, plan.durationSeconds);
  if (!existsSync(loadScript(scenario)))
    throw new NoLoadProfile(`${scenario.name} has no load profile: there is no ${loadScript(scenario)}`);
  const startedAt = new Date().toISOString();
  const k6 = await findK6(lookUp(options));
  onStep?.(`k6 ${K6_VERSION}: ${k6.kind === 'binary' ? `${k6.file} (${k6.from})` : k6.image}`);
  mkdirSync(options.folder, { recursive: true });
  // Its real path: k6 in a container sees folders under the name they are mounted by.
  const folder = realpathSync(options.folder);
  onStep?.(`calibrating: ${plan.ratePerSecond} requests/s against a target that does nothing`);
  const noop = await calibrate({ ...options, k6, folder: join(folder, 'calibration') });
  onStep?.(calibrationLine(noop));
  const { blocks, manifests } = await runBlocks({ ...options, folder }, k6);
  writeJson(join(folder, 'run.json'), mergedManifest(options.arms, manifests));
  const manifest: LoadManifest = {
    schemaVersion: 1,
    scenario: scenario.name,
    startedAt,
    target: options.target,
    k6Version: K6_VERSION,
    ...plan,
    arms: [...options.arms],
    generator: { noop },
    blocks,
  };
  writeJson(join(folder, 'load.json'), manifest);
  return manifest;
}

function lookUp({ onStep, signal }: LoadOptions): FindOptions {
  return { env: process.env, onProgress: (line) => onStep?.(line), ...(signal ? { signal } : {}) };
}

interface Played {
  readonly blocks: LoadBlock[];
  /** Of the first block of each arm. */
  readonly manifests: Map<Arm, RunManifest>;
}

async function runBlocks(options: LoadOptions, k6: K6): Promise<Played> {
  // Processes are started afresh for each world; containers are borrowed once for all.
  if (options.target === 'embedded') return playBlocks({ ...options, k6, k6Image: null });
  const k6Image = await imageOf(k6, lookUp(options));
  const platform = await startPlatform(options);
  try {
    return await playBlocks({ ...options, k6, k6Image, platform });
  } finally {
    await platform.stop();
  }
}

type Playing = LoadOptions & Pick<BlockOptions, 'k6' | 'k6Image' | 'platform'>;

async function playBlocks(options: Playing): Promise<Played> {
  const { folder, plan, signal, onBlock, k6 } = options;
  const generator = {
    agents: loadAgentNames(plan.loadAgents),
    selectors: await attestedAs(k6, { env: process.env }),
    ...(options.lifecycle ? { tokenAgents: tokenAgentsEntry(options.lifecycle) } : {}),
  };
  const order = blockOrder(options.arms, plan.repeats);
  const blocks: LoadBlock[] = [];
  const manifests = new Map<Arm, RunManifest>();
  for (const [index, arm] of order.entries()) {
    signal?.throwIfAborted();
    onBlock?.({ index, of: order.length, arm });
    const playedIn = join(folder, `.playing-${blockName(index, arm)}`);
    const { manifest, block, hasDashboard } = await runBlock({
      ...options,
      index,
      arm,
      folder: playedIn,
      generator,
    });
    const place = placeBlock(folder, playedIn, { index, arm, isFirst: !manifests.has(arm) });
    if (!manifests.has(arm)) manifests.set(arm, manifest);
    blocks.push({
      ...block,
      folder: place,
      dashboard: hasDashboard ? join(place, 'k6/dashboard.html') : null,
    });
  }
  return { blocks, manifests };
}

/** Why nothing puts load on an arm; null where k6 does, itself or through the sidecar's proxy. */
const LOADABLE: Readonly<Record<Arm, string | null>> = {
  'static-key': null,
  'hashed-key': null,
  'scoped-key': null,
  'vaulted-key': null,
  'rotated-key': 'keys are replaced while the load goes on, and k6 goes on with those that it was given',
  'jwt-svid': null,
  'jwt-svid+dpop':
    'a proof is made for each request, which neither k6’s script nor the sidecar’s proxy does yet',
  'jwt-svid+rls': null,
  'wit-svid': 'a proof is made for each request, which neither k6’s script nor the sidecar’s proxy does yet',
  'x509-svid': null,
  'x509-svid+policy': null,
  'x509-svid+revocation-push': null,
};

function assertLoadable(arms: readonly Arm[]): void {
  for (const arm of arms) {
    const why = LOADABLE[arm];
    if (why !== null) {
      throw new ArmNotLoadable(
        `nothing puts load on arm ${arm}: ${why}. Leave it out of --arms; \`npm run bench -- price\` measures it`,
      );
    }
  }
}

/** One manifest for the first worlds of all arms: they differ in nothing but the arm. */
function mergedManifest(arms: readonly Arm[], manifests: ReadonlyMap<Arm, RunManifest>): RunManifest {
  const [first] = manifests.values();
  if (!first) throw new Error('a load run has at least one block');
  const all = arms.flatMap((arm) => Object.entries(manifests.get(arm)?.arms ?? {}));
  return { ...first, arms: Object.fromEntries(all) };
}

function calibrationLine({
  completed,
  dropped,
  durationSeconds,
  cpuSeconds,
  p99Ms,
}: LoadManifest['generator']['noop']) {
  const rate = (completed / durationSeconds).toFixed(1);
  const cores = (cpuSeconds / durationSeconds).toFixed(2);
  const kept =
    dropped === 0 ? 'nothing dropped' : `${dropped} DROPPED: this machine is too slow for the rate`;
  return `k6 alone: ${rate} requests/s, ${kept}, ${cores} of a core, p99 ${p99Ms.toFixed(1)} ms`;
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`);
}
