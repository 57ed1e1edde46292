import type { ArmResult, ReachSpan } from '@blastradius/blast-radius';
import type { Arm, Leak } from '@blastradius/contracts';
import type { Estimate } from '../statistics/estimate.ts';
import type { SurvivalPoint } from '../statistics/survival.ts';
import type { MatrixManifest } from '../trials/matrix-manifest.ts';
import type { TrialRecord } from '../trials/trial-record.ts';

/** A trial that has ended, with what its ledgers came to; nothing where it failed. */
export interface EndedTrial {
  readonly record: TrialRecord;
  readonly measured: { readonly result: ArmResult; readonly reach: readonly ReachSpan[] } | null;
}

/** One trial as a row of numbers: a line of `trials.csv`. */
export interface TrialRow {
  readonly trial: string;
  readonly arm: Arm;
  readonly leak: Leak;
  readonly seed: string;
  readonly state: 'done' | 'failed' | 'missing';
  readonly attempts: number;
  /** Why earlier attempts did not count, or all did not. */
  readonly problems: string;
  /** Below the matrix's folder; null where nothing was measured. */
  readonly ledgers: string | null;
  readonly report: string | null;
  readonly figures: Readonly<Record<string, number | null>>;
}

export interface CellFigure {
  readonly estimate: Estimate | null;
  /** What would be all of it; null where there is no such thing. */
  readonly full: number | null;
  /** Less the trial of the baseline with the same leak and seed; null without one. */
  readonly difference: Estimate | null;
}

/** One arm under one leak. */
export interface Cell {
  readonly arm: Arm;
  readonly leak: Leak;
  readonly state: 'measured' | 'not-applicable' | 'failed' | 'missing';
  /** Why there is nothing, or less than was asked for; null where all is there. */
  readonly why: string | null;
  readonly trials: readonly string[];
  readonly figures: Readonly<Record<string, CellFigure>>;
  /** Of all stolen credentials of the cell's trials. */
  readonly survival: readonly SurvivalPoint[];
  /** Incident minute, and the median over the trials of the agents in reach in it. */
  readonly reach: readonly (readonly [minute: number, agents: number])[];
}

/** Over all leaks of an arm: the figures of what its honest agents wait for. */
export interface ArmLatency {
  readonly arm: Arm;
  /** A pair is two trials of the same leak and seed. */
  readonly figures: Readonly<Record<string, Pick<CellFigure, 'estimate' | 'difference'>>>;
}

export interface MatrixResults {
  readonly schemaVersion: 2;
  readonly manifest: MatrixManifest;
  readonly baseline: Arm;
  /** Every trial ended and was measured. */
  readonly complete: boolean;
  readonly cells: readonly Cell[];
  readonly latencies: readonly ArmLatency[];
  readonly trials: readonly TrialRow[];
}
