import type { LoadArm, Report } from '@blastradius/blast-radius';
import { html, type Markup } from '../html.ts';
import { loadRows, ratioRows, shortfalls } from '../load-rows.ts';
import { armName, count, intervalText, milliseconds, perSecond, seconds } from '../wording.ts';
import { renderLoadFigures } from './load-figures.ts';

type Load = NonNullable<Report['load']>;

/** What the arms were like while k6 pushed on them, and what a forced rotation did to it. */
export function renderLoad(report: Report): Markup | string {
  const { load } = report;
  if (!load) return '';
  return html`<section>
<h2>Under load</h2>
<p>k6 ${load.k6Version} sent requests at a fixed rate of ${count(load.ratePerSecond)} a second, whatever the answers took,
for ${count(load.loadAgents)} load agents: ${count(load.blocks.length)} blocks of ${seconds(load.durationSeconds)}, the arms in turns, each
block after ${seconds(load.warmUpSeconds)} of warm-up. ${rotationInWords(load)}</p>
${shortfallNote(load)}
${renderLoadFigures(report, load)}
${renderTotals(report, load)}
${renderParts(report, load)}
${renderRatios(load)}
${renderBlocks(load)}
</section>`;
}

function rotationInWords({ rotationSeconds }: Load): string {
  if (rotationSeconds === null) return 'Nothing was rotated.';
  return (
    `In the middle the SVIDs were replaced by force, which took ${seconds(rotationSeconds)} on average; ` +
    'an arm with nothing to rotate has a window of the same length marked.'
  );
}

function shortfallNote(load: Load): Markup {
  const lines = shortfalls(load, armName);
  if (lines.length === 0) return html`<p>No request was dropped: whatever was due was sent.</p>`;
  return html`<div class="control"><strong>The load was not all that it should have been:</strong>
<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul></div>`;
}

function renderTotals(report: Report, load: Load): Markup {
  const arms = Object.entries(load.arms);
  return html`<div class="wide"><table>
<thead><tr><th scope="col">Measured time, warm-up left out</th>${arms.map(([arm]) => armHead(report, arm))}</tr></thead>
<tbody>${loadRows
    .filter(({ isByPart = false }) => !isByPart)
    .map(
      ({ label, value }) =>
        html`<tr><td>${label}</td>${arms.map(([, arm]) => html`<td class="number">${value(arm)}</td>`)}</tr>`,
    )}</tbody>
</table></div>
<p class="note">Against a target that does nothing, k6 completed ${perSecond(load.noop.completedPerSecond)} requests a second with
${load.noop.cpuCores.toFixed(2)} cores, ${count(load.noop.dropped)} dropped, 99th percentile ${milliseconds(load.noop.latencyMsP99)}. An arm with
identities is reached through the sidecar’s proxy on this host: its latency holds that hop, and the cost of its TLS is the
proxy’s, not k6’s.</p>`;
}

const parts = [
  { key: 'before', title: 'Before the rotation' },
  { key: 'during', title: 'During the rotation' },
  { key: 'after', title: 'After the rotation' },
] as const;

/** For each part the arms below each other, so that neighbours are what is compared. */
function renderParts(report: Report, { arms }: Load): Markup {
  const heads = ['Median', '99th', '99.9th', 'Refused', 'No answer', 'Accepted per s', 'Seconds in all'];
  return html`<div class="wide"><table class="parts">
<thead><tr><th scope="col">Latency in ms</th>${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${parts.map(
    ({
      key,
      title,
    }) => html`<tr class="group"><th colspan="${heads.length + 1}" scope="rowgroup">${title}</th></tr>
${Object.entries(arms).map(
  ([arm, result]) =>
    html`<tr>${armHead(report, arm, 'row')}${partCells(result[key]).map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
)}`,
  )}</tbody>
</table></div>`;
}

function partCells(part: LoadArm['whole']): string[] {
  const latencies = [part.latencyMsP50, part.latencyMsP99, part.latencyMsP999];
  return [
    ...latencies.map((value) => (value === null ? 'none' : count(Math.round(value * 10) / 10))),
    count(part.refused),
    count(part.failed),
    perSecond(part.acceptedPerSecond),
    count(Math.round(part.seconds * 10) / 10),
  ];
}

function renderRatios({ ratios }: Load): Markup[] {
  return ratios.map(
    (one) => html`<div class="wide"><table>
<thead><tr><th scope="col">${armName(one.arm)}, as a ratio to ${armName(one.baseline)}</th><th scope="col" class="number">Ratio and interval</th></tr></thead>
<tbody>${ratioRows.map(({ label, of }) => html`<tr><td>${label}</td><td class="number">${intervalText(of(one))}</td></tr>`)}</tbody>
</table></div>
<p class="note">Each ratio is taken between neighbouring blocks; the interval is Student’s t over the pairs’ logarithms.
An interval that holds 1 shows no difference.</p>`,
  );
}

function renderBlocks({ blocks }: Load): Markup {
  return html`<details><summary>Block by block, in the order they ran</summary>
<div class="wide"><table>
<thead><tr>${['Block', 'Arm'].map((head) => html`<th scope="col">${head}</th>`)}${['Offered per s', 'Accepted per s', 'Dropped', '99th', '99th during', 'Errors during', 'k6 exit'].map((head) => html`<th scope="col" class="number">${head}</th>`)}</tr></thead>
<tbody>${blocks.map(
    ({ index, arm, offeredPerSecond, dropped, whole, during, k6ExitCode }) =>
      html`<tr><td>${index}</td><td>${armName(arm)}</td>${[
        perSecond(offeredPerSecond),
        perSecond(whole.acceptedPerSecond),
        count(dropped),
        milliseconds(whole.latencyMsP99),
        milliseconds(during.latencyMsP99),
        count(during.refused + during.failed),
        String(k6ExitCode),
      ].map((cell) => html`<td class="number">${cell}</td>`)}</tr>`,
  )}</tbody>
</table></div></details>`;
}

function armHead({ arms }: Report, arm: string, scope: 'col' | 'row' = 'col'): Markup {
  const index = Math.max(0, Object.keys(arms).indexOf(arm)) % 4;
  return html`<th scope="${scope}" ${scope === 'col' ? html`class="number"` : ''} style="color: var(--arm-${index})">${armName(arm)}</th>`;
}
