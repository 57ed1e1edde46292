import type { ArmResult, Report } from '@blastradius/blast-radius';
import { html, type Markup } from '../html.ts';
import { agentHours, armName, count, duration, outOf } from '../wording.ts';

/** What the page is, and each arm's blast radius in five numbers. */
export function renderOpening(report: Report): Markup {
  const arms = Object.entries(report.arms);
  return html`<header>
<p class="kicker">Blastradius, measured on ${report.startedAt.slice(0, 10)}</p>
<h1>${report.scenario.title}</h1>
<p class="lede">The same leak, the same thief and the same load, against the same network. Only the agents’
credential differs. Every number below was counted from what really got through.</p>
<div class="arms">${arms.map(([arm, result], index) => armCard(arm, result, index))}</div>
${arms.flatMap(([arm, { control }]) => (control === null ? [] : [controlNote(arm, control)]))}
</header>`;
}

function armCard(arm: string, result: ArmResult, index: number): Markup {
  const { withStolenCredential: stolen, throughHole } = result.forgedRequests;
  return html`<section class="arm" style="--own: var(--arm-${index % 4})">
<h2>${armName(arm)}</h2>
<p class="big">${count(result.agentsImpersonated)} <small>of ${count(result.agents)} agents impersonated</small></p>
<dl>
<dt>Credentials leaked</dt><dd>${count(result.credentialsLeaked)}</dd>
<dt>Forged requests accepted</dt><dd>${count(stolen.accepted)}</dd>
<dt>Last accepted use after the leak</dt><dd>${duration(result.exposureWindow, 'never used')}</dd>
<dt>Blast area, stolen credentials</dt><dd>${agentHours(result.blastArea.withStolenCredential)}</dd>
<dt>Agents stranded by the cure</dt><dd>${count(result.agentsStranded.ever)}</dd>
<dt>Forged writes through the hole, with no credential</dt><dd>${outOf(throughHole.accepted, throughHole.attempted)}</dd>
</dl>
</section>`;
}

function controlNote(arm: string, control: string): Markup {
  return html`<p class="control"><strong>${armName(arm)} is a control:</strong> ${control}</p>`;
}
