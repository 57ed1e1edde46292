import { type Leak, leak as leaks } from '@blastradius/contracts';
import { html, type Markup } from '@blastradius/scenario';
import type { Cell, MatrixResults } from '../results/matrix-results.ts';
import { renderStrips, type Steps, type StripsOptions } from './strips.ts';
import { armName, leakName } from './wording.ts';

/** What one leak came to in the arms where anything was accepted; the others are named. */
export function renderLeakCharts(leak: Leak, { cells, manifest }: MatrixResults): Markup {
  const own = cells.filter((cell) => cell.leak === leak && cell.state === 'measured');
  const reached = own.filter(({ reach }) => reach.some(([, agents]) => agents > 0));
  const stolen = own.filter(({ survival }) => survival.length > 0);
  const spared = own.filter((cell) => !reached.includes(cell)).map(({ arm }) => armName(arm));
  const strips = (from: readonly Cell[], steps: (cell: Cell) => Steps, summary: (steps: Steps) => string) =>
    from.map((cell) => ({ label: armName(cell.arm), steps: steps(cell), summary: summary(steps(cell)) }));
  const reach = {
    title: 'Agents in reach',
    strips: strips(reached, (cell) => cell.reach, peak),
    full: manifest.agents,
  };
  const survival = {
    title: 'Stolen credentials that still work',
    strips: strips(stolen, (cell) => cell.survival, remainder),
    full: 1,
  };
  return html`<h3 id="leak-${leaks.options.indexOf(leak)}">${leakName(leak)}</h3>
${spared.length > 0 ? html`<p class="soft">Nothing stolen was accepted: ${spared.join(', ')}.</p>` : ''}
<div class="two-charts">${chart(reach, 'Over incident minutes; darkest is all of them')}${chart(survival, 'Over minutes since they were taken; darkest is all of them')}</div>`;
}

function chart(options: StripsOptions, caption: string): Markup | string {
  if (options.strips.length === 0) return '';
  return html`<figure><figcaption><b>${options.title}</b><p>${caption}.</p></figcaption>${renderStrips(options)}</figure>`;
}

function peak(steps: Steps): string {
  const most = Math.max(...steps.map(([, agents]) => agents));
  const lastInReach = steps.findLastIndex(([, agents]) => agents > 0);
  const [until] = steps[lastInReach + 1] ?? steps.at(-1) ?? [0];
  return lastInReach + 1 < steps.length ? `${most} at most, until ${until}` : `${most} at most, to the end`;
}

function remainder(steps: Steps): string {
  const [minutes, share] = steps.at(-1) ?? [0, 0];
  return `${Math.round(share * 100)} % after ${Math.round(minutes)} min`;
}
