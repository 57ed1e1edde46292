import { type Leak, leak as leaks } from '@blastradius/contracts';
import { type ChartLine, html, type Markup, renderChart } from '@blastradius/scenario';
import type { Cell, MatrixResults } from '../results/matrix-results.ts';
import { armName, leakName } from './wording.ts';

const STYLES = 4;
const SIZE = { width: 620, height: 260, labelWidth: 170 };

/** What one leak came to in the arms where anything was accepted; the others are named. */
export function renderLeakCharts(leak: Leak, { cells, manifest }: MatrixResults): Markup {
  const own = cells.filter((cell) => cell.leak === leak && cell.state === 'measured');
  const reached = own.filter(({ reach }) => reach.some(([, agents]) => agents > 0));
  const stolen = own.filter(({ survival }) => survival.length > 0);
  const spared = own.filter((cell) => !reached.includes(cell)).map(({ arm }) => armName(arm));
  const armIndex = ({ arm }: Cell) => manifest.arms.indexOf(arm) % STYLES;
  const reachLines = reached.map(
    (cell): ChartLine => ({
      label: armName(cell.arm),
      armIndex: armIndex(cell),
      points: cell.reach,
    }),
  );
  const survivalLines = stolen.map(
    (cell): ChartLine => ({
      label: armName(cell.arm),
      armIndex: armIndex(cell),
      points: cell.survival.map(([minutes, share]) => [minutes, Math.round(share * 1000) / 10]),
    }),
  );
  return html`<h3 id="leak-${leaks.options.indexOf(leak)}">${leakName(leak)}</h3>
${spared.length > 0 ? html`<p class="soft">Nothing stolen was accepted: ${spared.join(', ')}.</p>` : ''}
<div class="two-charts">${chart('Agents in reach', reachLines, 'incident minutes')}${chart('Stolen credentials that still work, %', survivalLines, 'minutes since they were taken')}</div>`;
}

function chart(title: string, lines: readonly ChartLine[], axisTitle: string): Markup | string {
  if (lines.length === 0) return '';
  return html`<figure><figcaption><b>${title}</b><p>Over ${axisTitle}.</p></figcaption>${renderChart({
    title,
    lines,
    marks: [],
    shaded: null,
    ...SIZE,
    height: Math.max(SIZE.height, 60 + lines.length * 18),
    axis: minutesAxis,
  })}</figure>`;
}

function minutesAxis(start: number, end: number) {
  const step = end - start > 200 ? 60 : 20;
  const first = Math.ceil(start / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((end - first) / step) + 1) }, (_, i) => {
    const at = first + i * step;
    return { at, label: `${at < 0 ? '−' : ''}${Math.abs(at)}` };
  });
}
