import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lifecycleFile, lifecyclePlan, loadAgentsFor, renderLifecycle, runLoad } from '@blastradius/load';
import { findScenario, loadScenario, renderReportTable } from '@blastradius/scenario';
import { ARMS, type Arm, findRoot, type Target } from '@blastradius/stack';
import { emptyFolder, interruption, timestamp } from './run-folder.ts';
import { type LiveView, startLiveView } from './view/live-view.ts';
import { writeReport } from './write-report.ts';

export interface LoadFlags {
  readonly arms?: Arm[];
  readonly rate: number;
  readonly duration: number;
  readonly warmUp: number;
  readonly repeats: number;
  readonly agents?: number;
  readonly loadAgents?: number;
  readonly seed?: string;
  readonly out?: string;
  readonly target?: Target;
  readonly rotate: 'forced' | 'lifecycle';
  readonly refreshHint: number;
}

/** Loads worlds of each arm in turn while the incident goes on, and prints the report. */
export async function load(nameOrFile: string, flags: LoadFlags): Promise<void> {
  const scenario = loadScenario(findScenario(nameOrFile, findRoot()));
  const folder = emptyFolder(flags.out ?? join('runs', `load-${scenario.name}-${timestamp(new Date())}`));
  const isLifecycle = flags.rotate === 'lifecycle';
  const arms = flags.arms ?? (isLifecycle ? (['x509-svid'] as const) : [...ARMS]);
  const view = blockViews();
  try {
    await runLoad({
      scenario,
      arms,
      ...(isLifecycle ? { lifecycle: lifecyclePlan(flags.refreshHint) } : {}),
      plan: {
        ratePerSecond: flags.rate,
        warmUpSeconds: flags.warmUp,
        durationSeconds: flags.duration,
        repeats: flags.repeats,
        loadAgents: flags.loadAgents ?? loadAgentsFor(flags.rate),
      },
      agents: flags.agents ?? scenario.population.agents,
      seed: flags.seed ?? scenario.seed,
      folder,
      target: flags.target ?? 'embedded',
      signal: interruption(),
      ...view,
    });
  } finally {
    view.end();
  }
  process.stdout.write(`\n${renderReportTable(writeReport(folder))}\n\n`);
  if (isLifecycle) for (const arm of arms) tellLifecycle(join(folder, arm));
  process.stdout.write(`Report: ${join(folder, 'report.html')}\nLoad:   ${join(folder, 'load.json')}\n`);
}

/** The world of an arm without key sets has nothing to tell. */
function tellLifecycle(armFolder: string): void {
  const file = lifecycleFile(armFolder);
  if (!existsSync(file)) return;
  process.stdout.write(`${renderLifecycle(JSON.parse(readFileSync(file, 'utf8')))}\nKeys:   ${file}\n`);
}

/** One live view for each world, since they run one after the other. */
function blockViews() {
  let current: LiveView | undefined;
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  return {
    onStep: say,
    onBlock: ({ index, of, arm }: { index: number; of: number; arm: Arm }) => {
      current?.end();
      say(`world ${index + 1} of ${of}: ${arm}`);
      current = startLiveView([arm], process.stderr);
    },
    onPhase: (...phase: Parameters<LiveView['phase']>) => current?.phase(...phase),
    onProgress: (...progress: Parameters<LiveView['progress']>) => current?.progress(...progress),
    end: () => current?.end(),
  };
}
