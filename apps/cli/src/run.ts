import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { Leak } from '@blastradius/contracts';
import { renderReportTable, type Strategy } from '@blastradius/scenario';
import { type Arm, COMPARED_ARMS, runScenario, type Target } from '@blastradius/stack';
import { bearableInContainers, bearableTimeScale } from './bearable-time-scale.ts';
import { readScenario } from './read-scenario.ts';
import { emptyFolder, interruption, timestamp } from './run-folder.ts';
import { startLiveView } from './view/live-view.ts';
import { writeReport } from './write-report.ts';

export interface RunFlags {
  readonly agents?: number;
  readonly seed?: string;
  readonly arms?: Arm[];
  readonly out?: string;
  readonly timeScale?: number;
  readonly sequential?: boolean;
  readonly target?: Target;
  readonly leak?: Leak | 'off';
  readonly strategy?: Strategy;
}

/** Runs a scenario, shows it live, prints the table and names the report. */
export async function run(nameOrFile: string, flags: RunFlags): Promise<void> {
  const scenario = readScenario(nameOrFile, flags);
  const folder = emptyFolder(flags.out ?? join('runs', `${scenario.name}-${timestamp(new Date())}`));
  const arms = flags.arms ?? [...COMPARED_ARMS];
  const agents = flags.agents ?? scenario.population.agents;
  const cores = availableParallelism();
  const wanted =
    flags.target === 'compose' ? bearableInContainers(scenario.timeScale, cores) : scenario.timeScale;
  const timeScale = flags.timeScale ?? bearableTimeScale(wanted, agents, cores);
  if (timeScale < scenario.timeScale && flags.timeScale === undefined) {
    process.stderr.write(
      `${agents} agents: time is compressed ${timeScale} times, not ${scenario.timeScale}, so that this machine ` +
        'can carry them (--time-scale sets it)\n',
    );
  }
  const view = startLiveView(arms, process.stderr);
  try {
    await runScenario({
      scenario,
      arms,
      agents,
      seed: flags.seed ?? scenario.seed,
      timeScale,
      folder,
      ...(flags.leak === 'off' ? { leak: 'off' } : {}),
      ...(flags.leak === undefined || flags.leak === 'off' ? {} : { leakVector: flags.leak }),
      sequential: flags.sequential ?? false,
      target: flags.target ?? 'embedded',
      signal: interruption(),
      onPhase: view.phase,
      onProgress: view.progress,
    });
  } finally {
    view.end();
  }
  const report = writeReport(folder);
  process.stdout.write(`\n${renderReportTable(report)}\n\nReport:  ${join(folder, 'report.html')}\n`);
  process.stdout.write(
    `Numbers: ${join(folder, 'report.json')}\nLedgers: ${arms.map((arm) => join(folder, arm, 'ledger')).join(', ')}\n`,
  );
}
