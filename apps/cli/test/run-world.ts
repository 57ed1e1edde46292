import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Report, reportSchema } from '@blastradius/blast-radius';
import { type LedgerRecord, readLedgers } from '@blastradius/ledger';
import { findScenario, loadScenario } from '@blastradius/scenario';
import { type Arm, COMPARED_ARMS, findRoot, type RunOptions, runScenario } from '@blastradius/stack';
import { writeReport } from '../src/write-report.ts';

export interface Played {
  readonly folder: string;
  readonly report: Report;
  ledgers(arm: Arm): LedgerRecord[];
}

/** Plays the incident for real, small and fast: 60 agents, an hour in six seconds. */
export async function play(options: Partial<RunOptions> = {}): Promise<Played> {
  const folder = options.folder ?? join(mkdtempSync(join(tmpdir(), 'blastradius-test-')), 'run');
  const scenario = loadScenario(findScenario('moltbook-key-leak', findRoot()));
  await runScenario({
    scenario,
    arms: COMPARED_ARMS,
    agents: 60,
    seed: 'test',
    timeScale: 600,
    folder,
    ...options,
  });
  writeReport(folder);
  const report = reportSchema.parse(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8')));
  return { folder, report, ledgers: (arm) => readLedgers(join(folder, arm, 'ledger')) };
}

export function armOf(report: Report, arm: Arm) {
  const result = report.arms[arm];
  if (!result) throw new Error(`the report has no arm ${arm}`);
  return result;
}

/** The ids of those of our processes that still live. */
export function livingProcesses(pids: readonly number[]): number[] {
  return pids.filter((pid) => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      return false;
    }
  });
}
