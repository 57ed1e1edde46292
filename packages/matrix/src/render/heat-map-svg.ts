import { html, palette, trusted } from '@blastradius/scenario';
import { type Figure, figures } from '../results/figures.ts';
import { findCell } from '../results/find-cell.ts';
import type { MatrixResults } from '../results/matrix-results.ts';
import { armName, leakName, numberText, placeholder, severity, worstOf } from './wording.ts';

const CELL = { width: 74, height: 34 };
const LEFT = 170;
const TOP = 190;

/** The headline figure as a picture for papers and READMEs; a number in every cell. */
export function renderHeatMapSvg({ manifest, cells }: MatrixResults): string {
  const figure = figures[0] as Figure;
  const { arms, leaks } = manifest;
  const [width, height] = [LEFT + leaks.length * CELL.width + 40, TOP + arms.length * CELL.height + 20];
  const worst = worstOf(figure, cells);
  const heads = leaks.map((leak, x) => {
    const at = LEFT + x * CELL.width + CELL.width / 2;
    return html`<text transform="translate(${at} ${TOP - 10}) rotate(-40)">${leakName(leak)}</text>`;
  });
  const rows = arms.map((arm, y) => {
    const top = TOP + y * CELL.height;
    const boxes = leaks.map((leak, x) => {
      const cell = findCell(cells, arm, leak);
      const estimate = cell.figures[figure.name]?.estimate;
      const dark = severity(figure, cell, worst);
      const text = estimate ? numberText(figure, estimate.median) : placeholder(cell);
      const left = LEFT + x * CELL.width;
      return html`<rect x="${left}" y="${top}" width="${CELL.width - 2}" height="${CELL.height - 2}" class="cell" style="fill-opacity: ${Math.round(dark * 80) / 100}"/><text x="${left + CELL.width / 2 - 1}" y="${top + 21}" text-anchor="middle" class="${dark > 0.55 ? 'on-dark' : 'on-light'}">${text}</text>`;
    });
    return html`<text x="${LEFT - 12}" y="${top + 21}" text-anchor="end">${armName(arm)}</text>${boxes}`;
  });
  return html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${trusted(`${palette}
.page { fill: var(--page); } .cell { fill: var(--arm-0); stroke: var(--rule); }
text { font: 13px system-ui, sans-serif; fill: var(--ink); } .title { font-size: 18px; font-weight: 700; } .soft { fill: var(--soft); }
.on-dark { font-weight: 700; }`)}</style>
<rect class="page" width="${width}" height="${height}"/>
<text class="title" x="16" y="30">${figure.title}</text>
<text class="soft" x="16" y="52">Median over ${manifest.seeds.length} seeds, in ${figure.unit}; darker is a larger share of all agents for all of the time</text>
${heads}${rows}
</svg>
`.text;
}
