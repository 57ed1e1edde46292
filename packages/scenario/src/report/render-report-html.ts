import type { Report } from '@blastradius/blast-radius';
import { html, trusted } from './html.ts';
import { renderComparison, renderMethod, renderPresented } from './sections/comparison.ts';
import { renderDetection } from './sections/detection.ts';
import { renderFigures } from './sections/figures.ts';
import { renderHypotheses } from './sections/hypotheses.ts';
import { renderLoad } from './sections/load.ts';
import { renderOpening } from './sections/opening.ts';
import { renderRun } from './sections/run.ts';
import { chartStyle, pageStyle, palette } from './styles.ts';

/**
 * The report as one page that opens from disk: no script, no font, no image from elsewhere, and a
 * content security policy that would refuse them.
 */
export function renderReportHtml(report: Report): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Blast radius: ${report.scenario.title}</title>
<style>${trusted(palette + pageStyle + chartStyle)}</style>
</head>
<body>
<main>
${renderOpening(report)}
${renderFigures(report)}
${renderComparison(report)}
${renderPresented(report)}
${renderDetection(report)}
${renderLoad(report)}
${renderHypotheses(report)}
${renderMethod(report)}
${renderRun(report)}
</main>
</body>
</html>
`.text;
}
