import { armName } from '@blastradius/scenario';
import { median } from 'simple-statistics';
import type { Figure } from '../results/figures.ts';
import type { Cell, MatrixResults } from '../results/matrix-results.ts';
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
  return `${numberText(figure, low).replace(' %', '')} to ${numberText(figure, high)}`;
}

const POINTS = ' points';

/** With its sign; of shares in percentage points, rounded. */
export function differenceText({ unit }: Pick<Figure, 'unit'>, value: number): string {
  const isShare = unit.startsWith('share');
  const text = whole.format(isShare ? value * 100 : value).replace('-', '−');
  return `${value > 0 ? '+' : ''}${text === '−0' ? '0' : text}${isShare ? POINTS : ''}`;
}

/** In the same unit, which is not said again; null of one pair. */
export function differenceIntervalText(figure: Pick<Figure, 'unit'>, { low, high }: Estimate): string | null {
  const text = (value: number) => differenceText(figure, value).replace(POINTS, '');
  return low === null || high === null ? null : `${text(low)} to ${text(high)}`;
}

/** Measures each arm alone and at full load, which a matrix can not. */
export const PRICE_COMMAND = 'npm run bench -- price';

/** What to keep in mind beside every latency of a matrix. */
export function latencyCaveat({ trials }: MatrixResults): string {
  const sent = trials.flatMap(({ figures }) => figures['honest_sent'] ?? []);
  const size = sent.length === 0 ? '' : ` (${whole.format(median(sent))} requests in the median trial)`;
  return `Worlds are played side by side on one machine, each at the small load of its few agents${size}: this is what an agent waited, and not what a model costs. Of so few requests the 99th percentile is the slowest, or nearly so.`;
}

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

/** Why cells have no number, or fewer trials: a line for all arms that have the same reason under a leak. */
export function reasonLines(cells: readonly Cell[]): string[] {
  const groups = Map.groupBy(
    cells.filter(({ why }) => why !== null),
    ({ leak, why }) => `${leak}: ${why}`,
  );
  return [...groups.values()].map((group) => {
    const [first] = group;
    const arms = group.map(({ arm }) => armName(arm)).join(', ');
    return `${leakName(first?.leak ?? '')}, in ${arms}: ${first?.why}`;
  });
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
