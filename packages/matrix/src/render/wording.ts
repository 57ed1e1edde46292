import { armName } from '@blastradius/scenario';
import type { Figure } from '../results/figures.ts';
import type { Cell } from '../results/matrix-results.ts';
import type { Estimate } from '../statistics/estimate.ts';

export { armName };

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });

export const leakName = (leak: string) => {
  const words = leak.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export function numberText({ unit }: Pick<Figure, 'unit'>, value: number): string {
  return unit.startsWith('share') ? `${Math.floor(value * 1000) / 10} %` : whole.format(value);
}

export function intervalText(figure: Pick<Figure, 'unit'>, { n, low, high }: Estimate): string {
  if (low === null || high === null) return `n = ${n}`;
  return `${numberText(figure, low)} to ${numberText(figure, high)}`;
}

/** With its sign; of shares in percentage points, rounded. */
export function differenceText({ unit }: Pick<Figure, 'unit'>, value: number): string {
  const isShare = unit.startsWith('share');
  const text = whole.format(isShare ? value * 100 : value).replace('-', '−');
  return `${value > 0 ? '+' : ''}${text === '−0' ? '0' : text}${isShare ? ' points' : ''}`;
}

export function differenceIntervalText(figure: Pick<Figure, 'unit'>, { low, high }: Estimate): string | null {
  return low === null || high === null
    ? null
    : `${differenceText(figure, low)} to ${differenceText(figure, high)}`;
}

/** Beside every latency of a matrix. */
export const LATENCY_CAVEAT =
  'Worlds are played side by side on one machine, each at the small load of its few agents (some two hundred requests in a trial, so that the 99th percentile is nearly its slowest): this is what an agent waited, not what a model costs. The price at saturation is what `npm run bench -- price` measures.';

/** What stands in a cell in place of a number. */
export function placeholder({ state }: Cell): string {
  switch (state) {
    case 'not-applicable':
      return 'n/a';
    case 'failed':
      return 'failed';
    case 'missing':
      return 'not run';
    case 'measured':
      return 'none';
  }
}

/** From 0 (nothing) to 1 (all of it, or the worst of the table): how dark a cell is. */
export function severity(figure: Figure, cell: Cell, worstOfTable: number): number {
  const { estimate, full } = cell.figures[figure.name] ?? {};
  if (!estimate || figure.worse === null) return 0;
  const share = estimate.median / ((full ?? worstOfTable) || 1);
  return Math.min(1, Math.max(0, figure.worse === 'high' ? share : 1 - share));
}

export function worstOf(figure: Figure, cells: readonly Cell[]): number {
  return Math.max(0, ...cells.map((cell) => cell.figures[figure.name]?.estimate?.median ?? 0));
}
