import type { Figure } from './bench.ts';
import type { Compared } from './compare.ts';
import type { Report } from './report.ts';
import type { Spread } from './statistics.ts';

/** A report as Markdown, for the terminal and for the documents alike. */
export function renderReport(report: Report): string {
  const { machine, load, startedAt, comparisons, figures, tables, texts, skipped } = report;
  return [
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGib} GiB, ${machine.system}; Node ${machine.node} (OpenSSL ${machine.nodeOpenssl}); commit ${machine.commit ?? 'unknown'}; ${startedAt}; load before ${load.before}, after ${load.after}.`,
    ...(report.quick ? ['**A smoke test: these figures say nothing.**'] : []),
    ...comparisons.map(renderComparison),
    ...(figures.length === 0 ? [] : [renderFigures(figures)]),
    ...tables.map(({ title, head, rows }) => `**${title}**\n\n${table([head, ...rows])}`),
    ...Object.entries(texts).map(([name, lines]) => `${name}\n\n\`\`\`\n${lines.join('\n')}\n\`\`\``),
    ...skipped.map(({ what, why }) => `Skipped: ${what}: ${why}`),
  ].join('\n\n');
}

export function renderComparison({ title, unit, rounds, contenders }: Compared): string {
  const rows = contenders.map(({ name, spread, ratio, mean }) => [
    name,
    number(spread.median),
    range(spread),
    ratio.median.toFixed(2),
    `${ratio.min.toFixed(2)} to ${ratio.max.toFixed(2)}`,
    interval(mean),
  ]);
  const head = [
    `${title} (${rounds} rounds)`,
    `median ${unit}`,
    'min to max',
    'ratio',
    'min to max',
    'mean, 95 %',
  ];
  return table([head, ...rows]);
}

export function renderFigures(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, note }) => [
    name,
    `${number(value)} ${unit}`.trim(),
    note ?? '',
  ]);
  return table([['figure', 'value', 'how'], ...rows]);
}

/** In columns of one width, which Markdown does not need but a terminal does. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map(line)].join('\n');
}

function interval({ ratio, low, high }: Compared['contenders'][number]['mean']): string {
  if (ratio === null) return '';
  const mean = ratio.toFixed(2);
  return low === null || high === null ? mean : `${mean} (${low.toFixed(2)} to ${high.toFixed(2)})`;
}

function range({ min, max }: Spread): string {
  return `${number(min)} to ${number(max)}`;
}

function number(value: number): string {
  if (Number.isInteger(value) || Math.abs(value) >= 100) return Math.round(value).toLocaleString('en');
  return value.toPrecision(3);
}
