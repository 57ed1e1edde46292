import type { Report } from '@blastradius/blast-radius';
import { metricGroups } from './metric-rows.ts';
import { armName } from './wording.ts';

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
    rule,
    ...(verdicts.length > 0 ? ['What was claimed', ...verdicts, rule] : []),
    `seed ${plain(report.seed)}, time compressed ${report.timeScale} times`,
  ].join('\n');
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
