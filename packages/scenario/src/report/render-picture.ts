import type { ArmResult, Report } from '@blastradius/blast-radius';
import { renderChart } from './chart.ts';
import { allMarks, armLines, openTime } from './charts.ts';
import { html, type Markup, trusted } from './html.ts';
import { chartStyle, palette } from './styles.ts';
import { armName, count, duration } from './wording.ts';

const width = 1000;
const chartHeight = 330;

/** A picture for the README: the main chart, and under it each arm's numbers; follows light and dark. */
export function renderPicture(report: Report): string {
  const chart = renderChart({
    title: 'Forged requests accepted with a stolen credential',
    lines: armLines(report, 'forgedAcceptedWithStolenCredential'),
    marks: allMarks(report),
    shaded: openTime(report),
    width: width - 48,
    height: chartHeight,
    labelWidth: 150,
  });
  const arms = Object.entries(report.arms);
  const height = 84 + chartHeight + 66 + arms.length * 32 + 20;
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${trusted(`${palette}${pictureStyle}${chartStyle}`)}</style>
<rect class="page" width="${width}" height="${height}" rx="8"/>
<text class="title" x="28" y="42">${report.scenario.title}</text>
<text class="subtitle" x="28" y="66">Forged requests accepted with a stolen credential, over hours since the report. Shaded: the keys’ table is open.</text>
<svg x="24" y="80" width="${width - 48}" height="${chartHeight}">${chart}</svg>
${numbers(arms, 84 + chartHeight + 40)}
</svg>
`.text;
}

const columns: readonly { readonly title: string; readonly value: (arm: ArmResult) => string }[] = [
  { title: 'keys leaked', value: (arm) => count(arm.credentialsLeaked) },
  {
    title: 'agents impersonated',
    value: (arm) => `${count(arm.agentsImpersonated)} of ${count(arm.agents)}`,
  },
  { title: 'last use after leak', value: (arm) => duration(arm.exposureWindow, 'never') },
  { title: 'agents stranded', value: (arm) => count(arm.agentsStranded.ever) },
  { title: 'writes through the hole', value: (arm) => count(arm.forgedRequests.throughHole.accepted) },
];

const columnEnds = [312, 480, 638, 784, 972];

function numbers(arms: readonly [string, ArmResult][], top: number): Markup[] {
  const at = (column: number) => columnEnds[column] ?? width;
  const heads = columns.map(
    ({ title }, i) => html`<text class="head" x="${at(i)}" y="${top}" text-anchor="end">${title}</text>`,
  );
  const rows = arms.map(([arm, result], index) => {
    const y = top + 34 + index * 32;
    const cells = columns.map(
      ({ value }, i) =>
        html`<text class="cell" x="${at(i)}" y="${y}" text-anchor="end">${value(result)}</text>`,
    );
    return html`<text class="name" style="fill: var(--arm-${index % 4})" x="28" y="${y}">${armName(arm)}</text>${cells}`;
  });
  return [...heads, ...rows];
}

const pictureStyle = `
.page { fill: var(--page); }
text { font: 14px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: var(--ink); }
.title { font-size: 24px; font-weight: 700; } .subtitle, .head { fill: var(--soft); }
.name { font-weight: 700; font-size: 17px; } .cell { font-weight: 600; font-size: 17px; font-variant-numeric: tabular-nums; }`;
