import type { Report } from '@blastradius/blast-radius';
import { html, type Markup } from '../html.ts';
import { armName, count } from '../wording.ts';

/** What was run, where, and which of its numbers are assumptions. */
export function renderRun(report: Report): Markup {
  const { host, arms, parameters, incidents } = { ...report, incidents: incidentsOf(report) };
  const facts: [string, string][] = [
    ['Scenario', report.scenario.name],
    ['Seed', report.seed],
    [
      'Time',
      `compressed ${count(report.timeScale)} times: one incident hour in ${Math.round(36_000 / report.timeScale) / 10} s`,
    ],
    ['Started', report.startedAt],
    [
      'Host',
      `${host.cpus} cores, ${Math.round(host.memoryBytes / 2 ** 30)} GiB, ${host.platform}, Node ${host.node}`,
    ],
    ...Object.entries(arms).map(([arm, { hosting }]): [string, string] => [
      armName(arm),
      `${count(hosting.process)} agents as processes of their own, ${count(hosting.multiplexed)} in one shared process${hosting.load === 0 ? '' : `, ${count(hosting.load)} only for load`}`,
    ]),
  ];
  return html`<section>
<h2>The run</h2>
<table><tbody>${facts.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`)}</tbody></table>
${incidents.length === 0 ? '' : html`<h3 style="margin-top:24px">Processes that ended or came back</h3><ul>${incidents}</ul>`}
${parameters.length === 0 ? '' : renderParameters(parameters)}
</section>`;
}

function renderParameters(parameters: Report['parameters']): Markup {
  const assumed = parameters.filter(({ kind }) => kind === 'assumption').length;
  return html`<details><summary>The scenario’s numbers: ${count(parameters.length - assumed)} with a source, ${count(assumed)} assumptions</summary>
<div class="wide"><table>
<thead><tr><th scope="col">Number</th><th scope="col">Value</th><th scope="col">Where from</th></tr></thead>
<tbody>${parameters.map(
    ({ path, value, kind, text }) =>
      html`<tr><td><code>${path}</code></td><td>${value}</td><td>${kind === 'assumption' ? html`<em>Assumed.</em> ` : ''}${text}</td></tr>`,
  )}</tbody>
</table></div></details>`;
}

function incidentsOf({ arms }: Report): Markup[] {
  return Object.entries(arms).flatMap(([arm, { incidents }]) =>
    incidents.map(
      ({ minute, event, subject, detail }) =>
        html`<li>${armName(arm)}, minute ${Math.round(minute)}: ${subject ?? 'a process'} ${event === 'process-exited' ? 'ended' : 'came back'}${detail === '' ? '' : ` (${detail})`}</li>`,
    ),
  );
}
