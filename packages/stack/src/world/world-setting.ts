import { type Arm, arm, holdsKeys, type Leak } from '@blastradius/contracts';
import type { WorldRecord } from '@blastradius/ledger';
import type { Population, Scenario } from '@blastradius/scenario';
import type { LoadGenerator } from './load-entry.ts';

/** Writes what was done to the world into its ledger; `atMs` where it did not happen just now. */
export type RecordWorldEvent = (
  event: Pick<WorldRecord, 'event' | 'subject' | 'detail'> & { readonly atMs?: number },
) => void;

export const ARMS: readonly Arm[] = arm.options;
/** What a run compares unless it is told otherwise. */
export const COMPARED_ARMS: readonly Arm[] = ['static-key', 'x509-svid'];

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
  /** By what way something comes into the wrong hands, unless the leak is taken out. */
  readonly leakVector: Leak;
  readonly record: RecordWorldEvent;
  /** Who puts load on the world beside its life, where somebody does. */
  readonly loadGenerator?: LoadGenerator;
}

export function isIdentityArm(arm: Arm): boolean {
  return !holdsKeys(arm);
}

/** Real seconds for so many minutes of the incident. */
export function realSeconds({ timeScale }: Pick<WorldSetting, 'timeScale'>, incidentMinutes: number): number {
  return (incidentMinutes * 60) / timeScale;
}
