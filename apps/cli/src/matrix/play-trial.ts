import { join } from 'node:path';
import { readLedgers } from '@blastradius/ledger';
import { type Trial, whyRejected } from '@blastradius/matrix';
import type { Scenario } from '@blastradius/scenario';
import { type Platform, runScenario } from '@blastradius/stack';
import { writeReport } from '../write-report.ts';
import { TrialRejected } from './matrix.errors.ts';

export interface TrialSettings {
  readonly scenario: Scenario;
  readonly agents: number;
  readonly timeScale: number;
  readonly platform: Platform;
  readonly signal: AbortSignal;
}

/** Plays the trial into the folder; rejects where it could not be played, or says nothing about its arm. */
export async function playTrial(trial: Trial, folder: string, settings: TrialSettings): Promise<void> {
  const { scenario, ...rest } = settings;
  await runScenario({
    ...rest,
    scenario,
    arms: [trial.arm],
    leakVector: trial.leak,
    seed: trial.seed,
    folder,
  });
  const result = writeReport(folder).arms[trial.arm];
  const foundFile = readLedgers(join(folder, trial.arm, 'ledger')).some(
    (record) => record.ledger === 'attacker' && record.action === 'take' && (record.rows ?? 0) > 0,
  );
  const problem = result
    ? whyRejected(trial.leak, result, { foundFile, timeScale: settings.timeScale })
    : 'its report has no such arm';
  if (problem !== null) throw new TrialRejected(problem);
}
