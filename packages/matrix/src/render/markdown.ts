import { type Figure, latencyFigures, mappedFigures } from '../results/figures.ts';
import { findCell } from '../results/find-cell.ts';
import type { Cell, CellFigure, MatrixResults } from '../results/matrix-results.ts';
import {
  armName,
  differenceIntervalText,
  differenceText,
  intervalText,
  latencyCaveat,
  leakName,
  numberText,
  PRICE_COMMAND,
  placeholder,
  reasonLines,
} from './wording.ts';

/** The matrix as text: a table for each figure, and the environment. */
export function renderMatrixMarkdown(results: MatrixResults): string {
  const { manifest, complete } = results;
  return `# ${manifest.scenario.title}

${complete ? 'Complete' : 'NOT complete'}: ${results.trials.filter(({ state }) => state === 'done').length} of ${results.trials.length} trials, live. Each number is the median over seeds, in brackets its 95 % bootstrap interval; all are computed from the trials’ ledgers.

${mappedFigures.map((figure) => table(figure, results)).join('\n')}
## What honest requests took

${latencyCaveat(results)} The price at saturation is what \`${PRICE_COMMAND}\` measures.

${latencies(results)}
${latencyFigures.map((figure) => table(figure, results)).join('\n')}
## Why a combination has no number, or fewer trials

${reasons(results.cells)}

## Environment

- machine: ${manifest.host.cpus} CPUs, ${Math.round(manifest.host.memoryBytes / 2 ** 30)} GiB, ${manifest.host.platform}, Node ${manifest.host.node}
- version: ${manifest.version}; started ${manifest.startedAt}
- scenario: ${manifest.scenario.name}${manifest.strategy ? ` with strategy ${manifest.strategy}` : ''}, ${manifest.agents} agents, time compressed ${manifest.timeScale} times
- seeds: ${manifest.seeds.join(', ')}
`;
}

function table(figure: Figure, { manifest, cells }: MatrixResults): string {
  const lines = manifest.arms.map((arm) =>
    row([armName(arm), ...manifest.leaks.map((leak) => cellText(figure, findCell(cells, arm, leak)))]),
  );
  return `## ${figure.title}

${figure.description} In ${figure.unit}.

${row(['arm', ...manifest.leaks.map(leakName)])}
${row(['---', ...manifest.leaks.map(() => '---:')])}
${lines.join('\n')}
`;
}

/** Over all leaks of an arm; behind Δ what it has more than the baseline in the same leak and seed. */
function latencies({ latencies: arms }: MatrixResults): string {
  const lines = arms.map(({ arm, figures }) =>
    row([armName(arm), ...latencyFigures.map((figure) => armText(figure, figures[figure.name]))]),
  );
  return `${row(['arm', ...latencyFigures.map(({ title, unit }) => `${title}, ${unit}`)])}
${row(['---', ...latencyFigures.map(() => '---:')])}
${lines.join('\n')}
`;
}

function armText(figure: Figure, value: Pick<CellFigure, 'estimate' | 'difference'> | undefined): string {
  if (!value?.estimate) return 'none';
  const { estimate, difference } = value;
  const interval = difference && differenceIntervalText(figure, difference);
  const change = difference
    ? `, Δ ${differenceText(figure, difference.median)}${interval ? ` (${interval})` : ''}`
    : '';
  return `${numberText(figure, estimate.median)} (${intervalText(figure, estimate)})${change}`;
}

function cellText(figure: Figure, cell: Cell): string {
  const estimate = cell.figures[figure.name]?.estimate;
  if (!estimate) return placeholder(cell);
  return `${numberText(figure, estimate.median)} (${intervalText(figure, estimate)})`;
}

function reasons(cells: readonly Cell[]): string {
  const lines = reasonLines(cells);
  return lines.length === 0 ? 'All have all of theirs.' : lines.map((line) => `- ${line}`).join('\n');
}

const row = (cells: readonly string[]) =>
  `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
