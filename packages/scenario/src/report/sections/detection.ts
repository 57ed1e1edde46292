import type { ArmResult, Report } from '@blastradius/blast-radius';
import { html, type Markup } from '../html.ts';
import { armName, count, duration } from '../wording.ts';

type Detection = ArmResult['detection'];
type Told = NonNullable<Detection['theft']>;

/** What the operators' own records would have told, and when; nothing of it reaches the operators of the run. */
export function renderDetection({ arms }: Report): Markup | string {
  const results = Object.entries(arms).map(([arm, { detection }]) => ({ arm, detection }));
  const shown = results.filter(({ detection }) => detection.leak !== null || detection.watched.length > 0);
  if (shown.length === 0) return '';
  const [first] = results.flatMap(({ detection: { theft, use } }) => (theft && use ? [{ theft, use }] : []));
  return html`<section>
<h2>Which record should have told</h2>
<p>Each detection reads what the services have written, and nothing that the thief or the agents say of themselves;
what really happened only judges its alarms. Right alarms are about what the thief used, the others are false.</p>
<div class="wide"><table>
<thead><tr><th scope="col">Detection</th><th scope="col">Expected</th><th scope="col" class="number">First right alarm</th><th scope="col" class="number">Right</th><th scope="col" class="number">False</th><th scope="col">Its record</th></tr></thead>
<tbody>${shown.map(renderArm)}</tbody>
</table></div>
${first ? renderTechniques(first) : ''}
</section>`;
}

function renderArm({ arm, detection }: { arm: string; detection: Detection }): Markup {
  const { watched, theft, use } = detection;
  return html`<tr class="group"><th colspan="6" scope="rowgroup">${armName(arm)}<span>${inWords(detection)}</span></th></tr>
${watched.map(
  ({ title, expectedOf, foundAtMinute, rightAlarms, falseAlarms, ledger, recordId }) =>
    html`<tr><td>${title}</td><td>${expectedOf.length === 0 ? 'no' : `of the ${expectedOf.join(' and the ')}`}</td><td class="number">${foundAtMinute === null ? 'never' : `minute ${Math.round(foundAtMinute * 10) / 10}`}</td><td class="number">${count(rightAlarms)}</td><td class="number">${count(falseAlarms)}</td><td>${recordId === null ? 'none' : html`${ledger ?? ''} <code>${recordId}</code>`}</td></tr>`,
)}${untoldRow('theft', theft)}${untoldRow('use', use)}`;
}

function untoldRow(what: string, told: Told | null): Markup | string {
  return told === null || told.untold === null
    ? ''
    : html`<tr><td>Nothing tells of the ${what}</td><td colspan="5">${told.untold}</td></tr>`;
}

/** When the first alarm came, seen from the first use of what was stolen. */
export function inWords({ leak, firstUseMinute, foundAtMinute, minutesFromFirstUse }: Detection): string {
  if (foundAtMinute === null) {
    if (firstUseMinute !== null) return 'Used, and nothing told.';
    return leak === null ? 'Nothing leaked.' : 'Nothing told, and nothing was accepted.';
  }
  if (minutesFromFirstUse === null) return 'Told; nothing stolen was ever accepted.';
  return minutesFromFirstUse < 0
    ? `Told ${duration(-minutesFromFirstUse)} before the first use.`
    : `Told ${duration(minutesFromFirstUse)} after the first use.`;
}

function renderTechniques({ theft, use }: { readonly theft: Told; readonly use: Told }): Markup {
  const rows = (
    [
      ['Theft', theft],
      ['Use', use],
    ] as const
  ).flatMap(([what, { techniques }]) => techniques.map((technique) => ({ what, ...technique })));
  if (rows.length === 0) return html``;
  return html`<details><summary>What others call it: ${count(rows.length)} ids</summary>
<div class="wide"><table>
<thead><tr><th scope="col">Of the</th><th scope="col">Taxonomy</th><th scope="col">Id</th><th scope="col">Compared with</th></tr></thead>
<tbody>${rows.map(
    ({ what, taxonomy, version, id, title, checked }) =>
      html`<tr><td>${what}</td><td>${taxonomy} ${version}</td><td><code>${id}</code>${title === null ? '' : ` ${title}`}</td><td>${checked === null ? html`<em>nothing: from memory</em>` : checked}</td></tr>`,
  )}</tbody>
</table></div></details>`;
}
