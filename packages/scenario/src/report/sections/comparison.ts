import type { Report } from '@blastradius/blast-radius';
import { html, type Markup } from '../html.ts';
import { loadRows } from '../load-rows.ts';
import { metricGroups } from '../metric-rows.ts';
import { armName, outOf, presentedName } from '../wording.ts';

/** Every number of every arm, side by side; what identity doesn't stop right after what it does. */
export function renderComparison({ arms }: Report): Markup {
  const results = Object.values(arms);
  return html`<section>
<h2>Side by side</h2>
<div class="wide"><table>
<thead><tr><th scope="col">Measured</th>${armHeads(arms)}</tr></thead>
<tbody>${metricGroups.map(
    ({
      title,
      remark,
      rows,
    }) => html`<tr class="group"><th colspan="${results.length + 1}" scope="rowgroup">${title}<span>${remark}</span></th></tr>
${rows.map(({ label, value }) => html`<tr><td>${label}</td>${results.map((arm) => html`<td class="number">${value(arm)}</td>`)}</tr>`)}`,
  )}</tbody>
</table></div>
</section>`;
}

/** What the thief showed at the door, and how often that was enough. */
export function renderPresented({ arms }: Report): Markup {
  const tallies = Object.values(arms).map(
    ({ forgedRequests }) => forgedRequests.withStolenCredential.byPresented,
  );
  const kinds = [...new Set(tallies.flatMap((tally) => Object.keys(tally)))];
  if (kinds.length === 0)
    return html`<section><h2>What the thief presented</h2><p>Nothing: no forged request was sent.</p></section>`;
  return html`<section>
<h2>What the thief presented</h2>
<p>Forged requests to the network: accepted, of those attempted.</p>
<div class="wide"><table>
<thead><tr><th scope="col">Presented</th>${armHeads(arms)}</tr></thead>
<tbody>${kinds.map(
    (kind) =>
      html`<tr><td>${presentedName(kind)}</td>${tallies.map((tally) => {
        const tried = tally[kind];
        return html`<td class="number">${tried ? outOf(tried.accepted, tried.attempted) : 'not tried'}</td>`;
      })}</tr>`,
  )}</tbody>
</table></div>
</section>`;
}

const underLoad = loadRows.map((row) => ({
  ...row,
  label: `Under load: ${row.label}`,
  key: `load.arms.*.${row.key}`,
}));

/** So that anybody can check a number: its key in report.json, the ledger, and the rule. */
export function renderMethod({ load }: Report): Markup {
  const rows = [...metricGroups.flatMap((group) => group.rows), ...(load ? underLoad : [])];
  return html`<section>
<h2>How each number is computed</h2>
<p>The ledgers beside this page are JSON Lines, written by whoever acted: the thief, the agents, the
network’s audit, the open backend, the issuer and the operators. <code>blastradius report DIR</code> computes the
report from them again and gets the same numbers.</p>
<details><summary>Every number, its ledger and its rule</summary>
<div class="wide"><table class="method">
<thead><tr><th scope="col">Number</th><th scope="col">Ledger</th><th scope="col">Rule</th></tr></thead>
<tbody>${rows.map(
    ({ label, key, ledger, how }) =>
      html`<tr><td>${label}<br><code class="soft">${key}</code></td><td>${ledger}</td><td>${how}</td></tr>`,
  )}</tbody>
</table></div></details>
</section>`;
}

function armHeads(arms: Report['arms']): Markup[] {
  return Object.keys(arms).map(
    (arm, index) =>
      html`<th scope="col" class="number" style="color: var(--arm-${index % 4})">${armName(arm)}</th>`,
  );
}
