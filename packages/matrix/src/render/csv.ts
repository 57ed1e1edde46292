import { figures } from '../results/figures.ts';
import type { Cell, MatrixResults, TrialRow } from '../results/matrix-results.ts';

export type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** A line of `trials.csv` and of `trials.jsonl`. */
export function trialRow({ figures: values, ...rest }: TrialRow): Row {
  return { ...rest, ...values };
}

/** The lines of `cells.csv` and of `cells.jsonl`: one for each figure of each cell. */
export function cellRows({ arm, leak, state, why, trials, figures: values }: Cell): Row[] {
  return figures.map(({ name, unit }) => {
    const { estimate, full, difference } = values[name] ?? { estimate: null, full: null, difference: null };
    return {
      arm,
      leak,
      state,
      why,
      figure: name,
      unit,
      n: estimate?.n ?? 0,
      median: estimate?.median ?? null,
      low: estimate?.low ?? null,
      high: estimate?.high ?? null,
      full,
      difference_n: difference?.n ?? 0,
      difference_median: difference?.median ?? null,
      difference_low: difference?.low ?? null,
      difference_high: difference?.high ?? null,
      trials: trials.join(' '),
    };
  });
}

export const trialRows = ({ trials }: MatrixResults) => trials.map(trialRow);
export const allCellRows = ({ cells }: MatrixResults) => cells.flatMap(cellRows);

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
