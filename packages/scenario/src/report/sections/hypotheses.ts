import type { JudgedHypothesis, Report } from '@blastradius/blast-radius';
import { html, type Markup } from '../html.ts';
import { armName } from '../wording.ts';

const words = { held: '✓ Held', refuted: '✗ Refuted', 'not-tested': '– Not tested' } as const;

export function renderHypotheses({ hypotheses }: Report): Markup {
  return html`<section>
<h2>What was claimed, and what came of it</h2>
<p>The claims stand in the scenario’s file. A run can refute each of them.</p>
<ul class="verdicts">${hypotheses.map(
    ({
      verdict,
      statement,
      metric,
      checks,
    }) => html`<li><span class="verdict ${verdict}">${words[verdict]}</span><div>${statement}
<div class="checks"><code>${metric}</code>: ${checks.map(checkInWords).join('; ')}</div></div></li>`,
  )}</ul>
</section>`;
}

function checkInWords({ arm, expected, measured }: JudgedHypothesis['checks'][number]): string {
  const value = measured === null ? 'no value' : String(Math.round(measured * 1e4) / 1e4);
  return `${armName(arm)} ${value} (claimed ${expected})`;
}
