import { chartStyle, html, type Markup, pageStyle, palette, trusted } from '@blastradius/scenario';
import { type Figure, latencyFigures, mappedFigures } from '../results/figures.ts';
import { findCell } from '../results/find-cell.ts';
import type { Cell, CellFigure, MatrixResults, TrialRow } from '../results/matrix-results.ts';
import { renderLeakCharts } from './leak-charts.ts';
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
  severity,
  worstOf,
} from './wording.ts';

/** The matrix as one page that opens from disk: no script, nothing from elsewhere, a number in each cell. */
export function renderMatrixHtml(results: MatrixResults): string {
  const { manifest, trials, complete } = results;
  const done = trials.filter(({ state }) => state === 'done').length;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Blast radius: ${manifest.scenario.title}</title>
<style>${trusted(palette + pageStyle + chartStyle + matrixStyle)}</style>
</head>
<body>
<main>
<p class="kicker">Blastradius, ${manifest.startedAt.slice(0, 10)}</p>
<h1>${manifest.scenario.title}</h1>
<p class="lede">${complete ? 'All' : 'NOT COMPLETE:'} ${done} of ${trials.length} trials, each a live world of ${manifest.agents} agents: ${manifest.arms.length} credential models, ${manifest.leaks.length} leaks, ${manifest.seeds.length} ${manifest.seeds.length === 1 ? 'seed' : 'seeds'}.</p>
<p>Each number is the median over the seeds. Below it stands its 95 % interval (percentile bootstrap of the median; of three seeds it is hardly more than their range), and behind Δ the median of the differences to ${armName(results.baseline)} in trials of the same seed. A darker cell is worse. Numbers are computed from what the thief, the agents and the network wrote down; follow a cell to its trials and their ledgers.</p>
${contents()}
${mappedFigures.map((figure) => heatMap(figure, results))}
<h2 id="latency">What honest requests took</h2>
<p>${latencyCaveat(results)} The price at saturation is what <code>${PRICE_COMMAND}</code> measures.</p>
${latencies(results)}
${latencyFigures.map((figure) => heatMap(figure, results))}
<h2 id="reasons">Why a combination has no number, or fewer trials</h2>
${reasons(results.cells)}
<h2 id="over-time">Over time, leak by leak</h2>
<p>Agents in reach: in whose name the thief acted by what it had stolen, from the first to the last accepted use. Survival: the share of stolen credentials that were still accepted so long after they were taken (Kaplan–Meier; those that still worked at the end are counted for as long as was looked).</p>
${manifest.leaks.map((leak) => renderLeakCharts(leak, results))}
<h2 id="trials">Trials</h2>
${manifest.arms.map((arm) => html`<h3>${armName(arm)}</h3><div class="trials">${manifest.leaks.map((leak) => cellTrials(findCell(results.cells, arm, leak), trials))}</div>`)}
<h2 id="environment">Environment</h2>
${environment(results)}
</main>
</body>
</html>
`.text;
}

function contents(): Markup {
  const sections = [
    ...mappedFigures.map(({ name, title }) => [name, title]),
    ['latency', 'What honest requests took'],
    ['reasons', 'Why a combination has no number'],
    ['over-time', 'Over time'],
    ['trials', 'Trials'],
    ['environment', 'Environment'],
  ];
  return html`<nav><ul>${sections.map(([id, title]) => html`<li><a href="#${id ?? ''}">${title ?? ''}</a></li>`)}</ul></nav>`;
}

function heatMap(figure: Figure, { manifest, cells, baseline }: MatrixResults): Markup {
  const worst = worstOf(figure, cells);
  const rows = manifest.arms.map(
    (arm) =>
      html`<tr><th scope="row">${armName(arm)}</th>${manifest.leaks.map((leak) => heatCell(figure, findCell(cells, arm, leak), worst))}</tr>`,
  );
  return html`<h2 id="${figure.name}">${figure.title}</h2>
<p class="soft">${figure.description} In ${figure.unit}.</p>
<div class="wide"><table class="heat" data-figure="${figure.name}" data-baseline="${baseline}"><thead><tr><th></th>${manifest.leaks.map((leak) => html`<th scope="col">${leakName(leak)}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function heatCell(figure: Figure, cell: Cell, worst: number): Markup {
  const { estimate, difference } = cell.figures[figure.name] ?? {};
  if (!estimate) return html`<td class="without"><a href="#${cellId(cell)}">${placeholder(cell)}</a></td>`;
  const shade = Math.round(severity(figure, cell, worst) * 60);
  return html`<td style="--shade: ${shade}%"><a href="#${cellId(cell)}">${numberText(figure, estimate.median)}</a>${cell.why === null ? '' : '*'}<small>${intervalText(figure, estimate)}</small>${change(figure, difference)}</td>`;
}

function change(figure: Figure, difference: CellFigure['difference'] | undefined): Markup | string {
  if (!difference) return '';
  const interval = differenceIntervalText(figure, difference);
  return html`<small>Δ ${differenceText(figure, difference.median)}</small>${interval === null ? '' : html`<small>(${interval})</small>`}`;
}

/** Over all leaks of an arm: one table of all percentiles. */
function latencies({ manifest, latencies: arms }: MatrixResults): Markup {
  const cellOf = (figure: Figure, value: (typeof arms)[number]['figures'][string] | undefined) =>
    value?.estimate
      ? html`<td><b>${numberText(figure, value.estimate.median)}</b><small>${intervalText(figure, value.estimate)}</small>${change(figure, value.difference)}</td>`
      : html`<td class="without">none</td>`;
  const rows = arms.map(
    ({ arm, figures }) =>
      html`<tr><th scope="row">${armName(arm)}</th>${latencyFigures.map((figure) => cellOf(figure, figures[figure.name]))}<td>${figures[latencyFigures[0]?.name ?? '']?.estimate?.n ?? 0}</td></tr>`,
  );
  return html`<p class="soft">In real milliseconds, over all of an arm’s trials under ${manifest.leaks.length} ${manifest.leaks.length === 1 ? 'leak' : 'leaks'}; Δ over the pairs of the same leak and seed.</p>
<div class="wide"><table class="heat latencies"><thead><tr><th></th>${latencyFigures.map(({ title }) => html`<th scope="col">${title}</th>`)}<th scope="col">Trials</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

const cellId = ({ arm, leak }: Cell) => `cell-${arm.replaceAll('+', '-with-')}-${leak}`;

function reasons(cells: readonly Cell[]): Markup {
  const lines = reasonLines(cells);
  return lines.length === 0
    ? html`<p>All have all of theirs.</p>`
    : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}

function cellTrials(cell: Cell, rows: readonly TrialRow[]): Markup {
  const own = rows.filter(({ trial }) => cell.trials.includes(trial));
  const links = own.map((row) =>
    row.report && row.ledgers
      ? html`<li>${row.seed}: <a href="${link(row.report)}">report</a>, <a href="${link(row.ledgers)}/">ledgers</a>${row.problems ? ` (begun ${row.attempts} times: ${row.problems})` : ''}</li>`
      : html`<li>${row.seed}: ${row.state}${row.problems ? `: ${row.problems}` : ''}</li>`,
  );
  const body = own.length === 0 ? html`<p class="soft">${cell.why ?? ''}</p>` : html`<ul>${links}</ul>`;
  return html`<div class="cell-trials" id="${cellId(cell)}"><b>${leakName(cell.leak)}</b>${body}</div>`;
}

const link = (path: string) => path.split('/').map(encodeURIComponent).join('/');

function environment({ manifest }: MatrixResults): Markup {
  const { host, version, startedAt, scenario, agents, timeScale, seeds, strategy } = manifest;
  const facts = [
    ['Machine', `${host.cpus} CPUs, ${Math.round(host.memoryBytes / 2 ** 30)} GiB, ${host.platform}`],
    ['Node', host.node],
    ['Version', version],
    ['Started', startedAt],
    ['Scenario', `${scenario.name}, ${agents} agents`],
    ['Time', `compressed ${timeScale} times, lifetimes with it; a proof’s 30 real seconds are not`],
    ...(strategy ? [['Thief', `goes about it by ${strategy}, as asked for`]] : []),
    ['Seeds', seeds.join(', ')],
  ];
  return html`<table><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name ?? ''}</th><td>${value ?? ''}</td></tr>`)}</tbody></table>
<p class="soft">Columns and units of trials.csv, trials.jsonl, cells.csv and cells.jsonl: dictionary.md.</p>`;
}

const matrixStyle = `
main { max-width: 1500px; }
.heat { font-size: 14px; font-variant-numeric: tabular-nums; width: auto; min-width: min(100%, 640px); }
.heat th, .heat td { padding: 4px 6px; border: 1px solid var(--rule); text-align: right; min-width: 62px; }
.heat thead th { font-size: 12px; line-height: 1.25; vertical-align: bottom; }
.heat tbody th { position: sticky; left: 0; background: var(--page); text-align: left; font-size: 13px; line-height: 1.3; min-width: 92px; }
.heat small { display: block; font-size: 10.5px; line-height: 1.3; white-space: nowrap; }
nav ul { columns: 3 220px; margin: 20px 0 0; padding-left: 18px; font-size: 14px; } nav a { color: inherit; } h2 { scroll-margin-top: 12px; } .cell-trials:target { background: var(--band); }
.heat td { background: color-mix(in srgb, var(--arm-0) var(--shade, 0%), var(--card)); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.heat td a { color: inherit; font-weight: 700; text-decoration-thickness: 1px; text-underline-offset: 2px; }
.heat td.without { color: var(--soft); background: none; } .heat td.without a { font-weight: 400; text-decoration: none; }
.trials { display: grid; grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); gap: 4px 18px; margin-bottom: 22px; } .strips rect { fill: var(--arm-0); }
.cell-trials { break-inside: avoid; font-size: 14px; margin: 4px 0; } .cell-trials ul, .cell-trials p { margin: 0 0 4px; padding: 0; list-style: none; }
@media print { main { padding: 0; } .wide { overflow: visible; } .heat { font-size: 9px; } .heat small { font-size: 7px; white-space: normal; } .heat th, .heat td { padding: 2px 3px; min-width: 0; } @page { size: A3 landscape; margin: 12mm; } }`;
