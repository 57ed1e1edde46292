import type { Report } from '@blastradius/blast-radius';
import { renderChart } from '../chart.ts';
import { allMarks, armLines, mainMarks, openTime } from '../charts.ts';
import { html, type Markup } from '../html.ts';

type Figure = { series: Parameters<typeof armLines>[1]; title: string; caption: string };

const forged: Figure = {
  series: 'forgedAcceptedWithStolenCredential',
  title: 'Forged requests accepted with a stolen credential',
  caption:
    'Cumulative, over hours since the report. Shaded: the table of the credentials is open to anybody.',
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
  return html`<section>
<h2>Over the time of the incident</h2>
${figure(forged, renderChart({ title: forged.title, lines: armLines(report, forged.series), marks: allMarks(report), open, width: 1000, height: 340, labelWidth: 150 }))}
<div class="small-charts">${smaller.map((one) =>
    figure(
      one,
      renderChart({
        title: one.title,
        lines: armLines(report, one.series),
        marks: mainMarks(report),
        open,
        width: 480,
        height: 270,
        labelWidth: 128,
      }),
    ),
  )}</div>
</section>`;
}

function figure({ title, caption }: Figure, chart: Markup): Markup {
  return html`<figure><figcaption><h3>${title}</h3><p>${caption}</p></figcaption>${chart}</figure>`;
}
