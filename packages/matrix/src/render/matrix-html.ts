import { chartStyle, html, type Markup, pageStyle, palette, trusted } from '@blastradius/scenario';
import { type Figure, mappedFigures } from '../results/figures.ts';
import type { Cell, MatrixResults, TrialRow } from '../results/matrix-results.ts';
import { renderLeakCharts } from './leak-charts.ts';
import { find } from './markdown.ts';
import { armName, intervalText, leakName, numberText, placeholder, severity, worstOf } from './wording.ts';

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
${mappedFigures.map((figure) => heatMap(figure, results))}
<h2>Why a combination has no number, or fewer trials</h2>
${reasons(results.cells)}
<h2>Over time, leak by leak</h2>
<p>Agents in reach: in whose name the thief acted by what it had stolen, from the first to the last accepted use. Survival: the share of stolen credentials that were still accepted so long after they were taken (Kaplan–Meier; those that still worked at the end are counted for as long as was looked).</p>
${manifest.leaks.map((leak) => renderLeakCharts(leak, results))}
<h2>Trials</h2>
${manifest.arms.map((arm) => html`<h3>${armName(arm)}</h3>${manifest.leaks.map((leak) => cellTrials(find(results.cells, arm, leak), trials))}`)}
<h2>Environment</h2>
${environment(results)}
</main>
</body>
</html>
`.text;
}

function heatMap(figure: Figure, { manifest, cells, baseline }: MatrixResults): Markup {
  const worst = worstOf(figure, cells);
  const rows = manifest.arms.map(
    (arm) =>
      html`<tr><th scope="row">${armName(arm)}</th>${manifest.leaks.map((leak) => heatCell(figure, find(cells, arm, leak), worst))}</tr>`,
  );
  return html`<h2>${figure.title}</h2>
<p class="soft">${figure.description} In ${figure.unit}.</p>
<div class="wide"><table class="heat" data-figure="${figure.name}" data-baseline="${baseline}"><thead><tr><th></th>${manifest.leaks.map((leak) => html`<th scope="col">${leakName(leak)}</th>`)}</tr></thead><tbody>${rows}</tbody></table></div>`;
}

function heatCell(figure: Figure, cell: Cell, worst: number): Markup {
  const { estimate, difference } = cell.figures[figure.name] ?? {};
  if (!estimate) return html`<td class="without"><a href="#${cellId(cell)}">${placeholder(cell)}</a></td>`;
  const shade = Math.round(severity(figure, cell, worst) * 60);
  const change = difference
    ? html`<small>Δ ${signed(figure, difference.median)}${difference.low === null ? '' : html` (${intervalText(figure, difference)})`}</small>`
    : '';
  return html`<td style="--shade: ${shade}%"><a href="#${cellId(cell)}">${numberText(figure, estimate.median)}</a>${cell.why === null ? '' : '*'}<small>${intervalText(figure, estimate)}</small>${change}</td>`;
}

const signed = (figure: Figure, value: number) =>
  `${value > 0 ? '+' : ''}${numberText(figure, value).replace('-', '−')}`;

const cellId = ({ arm, leak }: Cell) => `cell-${arm.replaceAll('+', '-with-')}-${leak}`;

function reasons(cells: readonly Cell[]): Markup {
  const lines = cells.filter(({ why }) => why !== null);
  if (lines.length === 0) return html`<p>All have all of theirs.</p>`;
  return html`<ul>${lines.map(({ arm, leak, why }) => html`<li>${armName(arm)}, ${leakName(leak)}: ${why ?? ''}</li>`)}</ul>`;
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
.heat { font-size: 14px; font-variant-numeric: tabular-nums; }
.heat th, .heat td { padding: 5px 8px; border: 1px solid var(--rule); text-align: right; min-width: 64px; }
.heat th { text-align: left; font-size: 13px; } .heat small { display: block; font-size: 11px; line-height: 1.3; white-space: nowrap; }
.heat td { background: color-mix(in srgb, var(--arm-0) var(--shade, 0%), var(--card)); print-color-adjust: exact; -webkit-print-color-adjust: exact; }
.heat td a { color: inherit; font-weight: 700; text-decoration-thickness: 1px; text-underline-offset: 2px; }
.heat td.without { color: var(--soft); background: none; } .heat td.without a { font-weight: 400; }
.cell-trials { break-inside: avoid; font-size: 14px; margin: 4px 0; } .cell-trials ul, .cell-trials p { margin: 0 0 4px; }
@media print { main { padding: 0; } .wide { overflow: visible; } .heat { font-size: 9px; } .heat small { font-size: 7px; white-space: normal; } .heat th, .heat td { padding: 2px 3px; min-width: 0; } @page { size: A3 landscape; margin: 12mm; } }`;
