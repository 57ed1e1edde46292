import type { Report } from '@blastradius/blast-radius';
import { loadRows, ratioRows, shortfalls } from './load-rows.ts';
import { metricGroups } from './metric-rows.ts';
import { armName, count, intervalText } from './wording.ts';

const lineWidth = 92;
const labelWidthMin = 34;
const verdictWords = { held: 'held', refuted: 'REFUTED', 'not-tested': 'not tested' } as const;

/** The comparison and the verdicts for a terminal, 92 columns wide with two arms. */
export function renderReportTable(report: Report): string {
  const arms = Object.entries(report.arms);
  const cellWidth = Math.min(
    25,
    Math.max(18, Math.floor((lineWidth - labelWidthMin) / Math.max(1, arms.length))),
  );
  const labelWidth = Math.max(labelWidthMin, lineWidth - cellWidth * arms.length);
  const row = (label: string, cells: readonly string[]) =>
    `${padded(label, labelWidth)}${cells.map((cell) => ` ${cell}`.padStart(cellWidth)).join('')}`.trimEnd();
  const rule = '─'.repeat(labelWidth + cellWidth * arms.length);
  const groups = metricGroups.flatMap(({ title, rows }) => [
    '',
    title,
    ...rows.map(({ label, value }) =>
      row(
        `  ${label}`,
        arms.map(([, result]) => value(result)),
      ),
    ),
  ]);
  const verdicts = report.hypotheses.flatMap(({ verdict, statement }) =>
    wrap(statement, lineWidth - 12).map(
      (part, i) => `${(i === 0 ? verdictWords[verdict] : '').padEnd(12)}${part}`,
    ),
  );
  return [
    plain(report.scenario.title),
    rule,
    row(
      '',
      arms.map(([arm]) => plain(armName(arm))),
    ),
    ...groups,
    ...(report.load ? loadLines(report.load, arms, row) : []),
    rule,
    ...(verdicts.length > 0 ? ['What was claimed', ...verdicts, rule] : []),
    `seed ${plain(report.seed)}, time compressed ${report.timeScale} times`,
  ].join('\n');
}

type Row = (label: string, cells: readonly string[]) => string;

function loadLines(
  load: NonNullable<Report['load']>,
  arms: readonly [string, unknown][],
  row: Row,
): string[] {
  const { k6Version, durationSeconds, target, blocks } = load;
  return [
    '',
    plain(`Under load: k6 ${k6Version}, ${count(blocks.length)} blocks of ${durationSeconds} s, ${target}`),
    ...loadRows.map(({ label, isByPart = false, value }) =>
      row(
        `  ${label}${isByPart ? ' *' : ''}`,
        arms.map(([arm]) => {
          const result = load.arms[arm];
          return result ? value(result) : 'not run';
        }),
      ),
    ),
    '  * before / during / after the forced rotation, or its mark where nothing is rotated',
    ...load.ratios.flatMap((ratios) => [
      plain(`  ${armName(ratios.arm)}, as a ratio to ${armName(ratios.baseline)}`),
      ...ratioRows.map(({ label, of }) => {
        const text = intervalText(of(ratios));
        return `${padded(`    ${label}`, lineWidth - text.length - 1)} ${text}`;
      }),
    ]),
    ...shortfalls(load, armName).flatMap((line) => wrap(line, lineWidth - 2).map((part) => `  ${part}`)),
  ];
}

function padded(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}

function wrap(text: string, width: number): string[] {
  const lines = [''];
  for (const word of plain(text).split(' ')) {
    const last = lines.length - 1;
    const longer = lines[last] === '' ? word : `${lines[last]} ${word}`;
    if (longer.length <= width) lines[last] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A report may come from elsewhere; its text must not steer the terminal. */
function plain(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ');
}
