import { type Figure, figures, latencyFigures } from '../results/figures.ts';
import type { ArmLatency, Cell, CellFigure, MatrixResults, TrialRow } from '../results/matrix-results.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** A line of `trials.csv` and of `trials.jsonl`. */
export function trialRow({ figures: values, ...rest }: TrialRow): Row {
  return { ...rest, ...values };
}

/** The lines of `cells.csv` and of `cells.jsonl`: one for each figure of each cell. */
export function cellRows({ arm, leak, state, why, trials, figures: values }: Cell): Row[] {
  return figures.map((figure) => ({
    arm,
    leak,
    state,
    why,
    ...estimateColumns(figure, values[figure.name]),
    full: values[figure.name]?.full ?? null,
    ...differenceColumns(values[figure.name]),
    trials: trials.join(' '),
  }));
}

/** The lines of `latencies.csv` and of `latencies.jsonl`: one for each percentile of each arm. */
export function armLatencyRows({ arm, figures: values }: ArmLatency): Row[] {
  return latencyFigures.map((figure) => ({
    arm,
    ...estimateColumns(figure, values[figure.name]),
    ...differenceColumns(values[figure.name]),
  }));
}

function estimateColumns({ name, unit }: Figure, value: Pick<CellFigure, 'estimate'> | undefined): Row {
  const { n = 0, median = null, low = null, high = null } = value?.estimate ?? {};
  return { figure: name, unit, n, median, low, high };
}

function differenceColumns(value: Pick<CellFigure, 'difference'> | undefined): Row {
  const { n = 0, median = null, low = null, high = null } = value?.difference ?? {};
  return { difference_n: n, difference_median: median, difference_low: low, difference_high: high };
}

export const trialRows = ({ trials }: MatrixResults) => trials.map(trialRow);
export const allCellRows = ({ cells }: MatrixResults) => cells.flatMap(cellRows);
export const latencyRows = ({ latencies }: MatrixResults) => latencies.flatMap(armLatencyRows);

/** RFC 4180; an empty field is a value that there is not. */
export function toCsv(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => field(row[column] ?? null)).join(','));
  return `${[columns.join(','), ...lines].join('\r\n')}\r\n`;
}

export const toJsonLines = (rows: readonly Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function field(value: Value): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
