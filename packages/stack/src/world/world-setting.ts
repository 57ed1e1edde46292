import type { WorldRecord } from '@blastradius/ledger';
import type { Population, Scenario } from '@blastradius/scenario';

/** Writes what was done to the world into its ledger; `atMs` where it did not happen just now. */
export type RecordWorldEvent = (
  event: Pick<WorldRecord, 'event' | 'subject' | 'detail'> & { readonly atMs?: number },
) => void;

export type Arm = 'static-key' | 'x509-svid';
export const ARMS: readonly Arm[] = ['static-key', 'x509-svid'];

/** What every part of one world needs to know of it. */
export interface WorldSetting {
  readonly arm: Arm;
  readonly scenario: Scenario;
  readonly scenarioFile: string;
  readonly seed: string;
  readonly timeScale: number;
  readonly population: Population;
  /** Where the ledgers of this arm go. */
  readonly ledgerFolder: string;
  readonly logFolder: string;
  /** The control with the leak taken out: the thief never finds the hole. */
  readonly leak: 'on' | 'off';
  readonly record: RecordWorldEvent;
}

export function isIdentityArm(arm: Arm): boolean {
  return arm === 'x509-svid';
}

/** Real seconds for so many minutes of the incident. */
export function realSeconds({ timeScale }: Pick<WorldSetting, 'timeScale'>, incidentMinutes: number): number {
  return (incidentMinutes * 60) / timeScale;
}
