import type { Report } from '@blastradius/blast-radius';
import { type ChartLine, type ChartOptions, renderChart } from '../chart.ts';
import { allMarks, armLines, mainMarks, openTime } from '../charts.ts';
import { html, type Markup } from '../html.ts';

type Figure = { series: Parameters<typeof armLines>[1]; title: string; caption: string };

const forged: Figure = {
  series: 'forgedAcceptedWithStolenCredential',
  title: 'Forged requests accepted with a stolen credential',
  caption: 'Cumulative, over hours since the report. Shaded: from the leak until it is closed.',
};

const smaller: readonly Figure[] = [
  {
    series: 'agentsImpersonated',
    title: 'Agents impersonated',
    caption: 'At least one accepted forgery; cumulative.',
  },
  {
    series: 'agentsStranded',
    title: 'Agents stranded',
    caption: 'Locked out until the owner configures a new key.',
  },
  {
    series: 'forgedAcceptedThroughHole',
    title: 'Forged writes through the hole',
    caption: 'Cumulative. Identity does not stop these.',
  },
];

export function renderFigures(report: Report): Markup {
  const open = openTime(report);
  const main = renderChart({
    title: forged.title,
    lines: armLines(report, forged.series),
    marks: allMarks(report),
    shaded: open,
    width: 860,
    height: 330,
    labelWidth: 145,
  });
  return html`<section>
<h2>Over the time of the incident</h2>
${renderFigure(forged, main)}
<div class="small-charts">${smaller.map((one) => smallFigure(report, one, open))}</div>
</section>`;
}

/** No room for names at the ends of the lines: the values stand there, a key names the lines. */
function smallFigure(report: Report, one: Figure, open: ChartOptions['shaded']): Markup {
  const lines = armLines(report, one.series);
  const chart = renderChart({
    title: one.title,
    lines: lines.map((line) => ({ ...line, label: '' })),
    marks: mainMarks(report),
    shaded: open,
    width: 330,
    height: 230,
    labelWidth: 46,
  });
  return renderFigure(one, chart, renderKey(lines));
}

/** Names the lines of a chart that has no room for it at their ends. */
export function renderKey(lines: readonly ChartLine[]): Markup {
  const names = lines.map(
    ({ label, armIndex }) =>
      html`<span style="--own: var(--arm-${armIndex % 4})"><svg class="chart" viewBox="0 0 26 8" style="display: inline" aria-hidden="true"><path class="line arm-${armIndex}" d="M0,4H26"/></svg>${label}</span>`,
  );
  return html`<div class="key">${names}</div>`;
}

export function renderFigure(
  { title, caption }: Pick<Figure, 'title' | 'caption'>,
  chart: Markup,
  key: Markup | string = '',
): Markup {
  return html`<figure><figcaption><h3>${title}</h3><p>${caption}</p>${key}</figcaption>${chart}</figure>`;
}
