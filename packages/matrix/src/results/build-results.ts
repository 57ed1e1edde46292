import type { ArmResult, ReachSpan } from '@blastradius/blast-radius';
import { type Arm, type Leak, whyNotApplicable } from '@blastradius/contracts';
import { median } from 'simple-statistics';
import { estimate, pairedDifferences } from '../statistics/estimate.ts';
import { survivalCurve } from '../statistics/survival.ts';
import type { MatrixManifest } from '../trials/matrix-manifest.ts';
import { planTrials, type Trial } from '../trials/plan-trials.ts';
import { figures, latencyFigures } from './figures.ts';
import type { ArmLatency, Cell, CellFigure, EndedTrial, MatrixResults, TrialRow } from './matrix-results.ts';

const BASELINE: Arm = 'static-key';

/** Where a trial's files are, below the matrix's folder. */
export const trialFolder = (id: string) => `trials/${id}`;

/** Pure: the same manifest and ledgers give the same results. A trial that has not ended is missing. */
export function buildResults(manifest: MatrixManifest, ended: readonly EndedTrial[]): MatrixResults {
  const byId = new Map(ended.map((trial) => [trial.record.id, trial]));
  const planned = planTrials(manifest);
  const rows = planned.map((trial) => rowOf(trial, byId.get(trial.id)));
  const cells = manifest.arms.flatMap((arm) =>
    manifest.leaks.map((leak) => cellOf({ arm, leak }, rows, byId)),
  );
  return {
    schemaVersion: 2,
    manifest,
    baseline: BASELINE,
    complete: rows.every(({ state }) => state === 'done'),
    cells,
    latencies: manifest.arms.map((arm) => latencyOf(arm, rows)),
    trials: rows,
  };
}

function rowOf({ id, arm, leak, seed }: Trial, ended: EndedTrial | undefined): TrialRow {
  const result = ended?.measured?.result;
  return {
    trial: id,
    arm,
    leak,
    seed,
    state: ended?.record.state ?? 'missing',
    attempts: ended?.record.attempts.length ?? 0,
    problems: (ended?.record.attempts ?? []).flatMap(({ problem }) => problem ?? []).join('; '),
    ledgers: result ? `${trialFolder(id)}/${arm}/ledger` : null,
    report: result ? `${trialFolder(id)}/report.html` : null,
    figures: Object.fromEntries(figures.map(({ name, of }) => [name, result ? of(result) : null])),
  };
}

function cellOf(
  { arm, leak }: { arm: Arm; leak: Leak },
  rows: readonly TrialRow[],
  byId: ReadonlyMap<string, EndedTrial>,
): Cell {
  const underLeak = rows.filter((row) => row.leak === leak);
  const own = underLeak.filter((row) => row.arm === arm);
  const measured = own.flatMap(({ trial }) => byId.get(trial)?.measured ?? []);
  const figureOf = (name: string, full: number | null): CellFigure => ({
    ...estimatesOf(name, arm, underLeak),
    full,
  });
  return {
    arm,
    leak,
    ...stateOf(arm, leak, own),
    trials: own.map(({ trial }) => trial),
    figures: Object.fromEntries(
      figures.map(({ name, full }) => [name, figureOf(name, fullOf(measured, full))]),
    ),
    survival: survivalCurve(measured.flatMap(({ result }) => result.credentialSurvival.map(lifetimeOf))),
    reach: reachOverTime(measured),
  };
}

/** Over the leaks, too: its pairs are those that both arms were played under. */
function latencyOf(arm: Arm, rows: readonly TrialRow[]): ArmLatency {
  const figureOf = ({ name }: { name: string }) => [name, estimatesOf(name, arm, rows)] as const;
  return { arm, figures: Object.fromEntries(latencyFigures.map(figureOf)) };
}

function estimatesOf(name: string, arm: Arm, rows: readonly TrialRow[]) {
  const valuesIn = (one: Arm) =>
    valuesOf(
      rows.filter((row) => row.arm === one),
      name,
    );
  const own = valuesIn(arm);
  return {
    estimate: estimate([...own.values()]),
    difference: arm === BASELINE ? null : estimate(pairedDifferences(own, valuesIn(BASELINE))),
  };
}

/** One that was never refused may work on after the run. */
function lifetimeOf({ takenMinute, lastAcceptedMinute, refusedMinute }: Stolen) {
  return { minutes: (lastAcceptedMinute ?? takenMinute) - takenMinute, ended: refusedMinute !== null };
}

type Stolen = ArmResult['credentialSurvival'][number];
type Measured = NonNullable<EndedTrial['measured']>;

function fullOf(measured: readonly Measured[], full: ((result: Measured['result']) => number) | undefined) {
  return full && measured.length > 0 ? median(measured.map(({ result }) => full(result))) : null;
}

/** By what makes a pair: the leak and the seed. */
function valuesOf(rows: readonly TrialRow[], name: string): ReadonlyMap<string, number> {
  return new Map(
    rows.flatMap(({ leak, seed, figures: values }): [string, number][] => {
      const value = values[name];
      return value === null || value === undefined ? [] : [[`${leak}/${seed}`, value]];
    }),
  );
}

function stateOf(arm: Arm, leak: Leak, own: readonly TrialRow[]): Pick<Cell, 'state' | 'why'> {
  const reason = whyNotApplicable(arm, leak);
  if (reason !== null) return { state: 'not-applicable', why: reason };
  const undone = own.filter(({ state }) => state !== 'done');
  if (undone.length === 0) return { state: 'measured', why: null };
  const why = undone.map(({ seed, state, problems }) => `${seed}: ${problems || state}`).join('; ');
  if (undone.length < own.length) return { state: 'measured', why: `without seed ${why}` };
  return { state: own.some(({ state }) => state === 'failed') ? 'failed' : 'missing', why };
}

/** A point where the value changes, and both ends. */
function reachOverTime(measured: readonly Measured[]): [number, number][] {
  const [first] = measured;
  if (!first) return [];
  const { startMinute, endMinute } = first.result.milestones;
  const minutes = Array.from({ length: Math.ceil(endMinute - startMinute) + 1 }, (_, i) => startMinute + i);
  const points = minutes.map((minute): [number, number] => [
    minute,
    median(measured.map(({ reach }) => inReach(reach, minute))),
  ]);
  return points.filter(
    ([, agents], index) => index === 0 || index === points.length - 1 || agents !== points[index - 1]?.[1],
  );
}

const inReach = (spans: readonly ReachSpan[], minute: number) =>
  spans.filter(({ fromMinute, untilMinute }) => fromMinute < minute + 1 && untilMinute >= minute).length;
