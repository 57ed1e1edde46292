import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findScenario } from '../loading/find-scenario.ts';
import { loadScenario } from '../loading/load-scenario.ts';
import { fakeReport } from './fake-report.ts';
import { renderPicture } from './render-picture.ts';
import { renderReportHtml } from './render-report-html.ts';
import { renderReportTable } from './render-report-table.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const report = fakeReport(loadScenario(findScenario('moltbook-key-leak', root)));
const evil = '<script>alert("x")</script>';

describe('the page', () => {
  const page = renderReportHtml(report);

  it('opens from disk: it loads nothing and runs nothing', () => {
    expect(page).not.toMatch(/<script|<link|<img|<iframe|\bsrc=|url\(|@import/i);
    expect(page).toContain("default-src 'none'");
  });

  it('shows the numbers of both arms side by side', () => {
    const { accepted, attempted } = report.arms['static-key']?.forgedRequests.withStolenCredential ?? {
      accepted: 0,
      attempted: 0,
    };
    expect(accepted).toBeGreaterThan(500);
    expect(page).toContain(`${accepted.toLocaleString('en')} of ${attempted.toLocaleString('en')}`);
    expect(page).toContain('Identity does not stop this');
    expect(page).toContain('Through the open hole');
  });

  it('prints a verdict for every hypothesis', () => {
    expect(page.match(/class="verdict /g)).toHaveLength(report.hypotheses.length);
  });

  it('turns no text of a report into markup', () => {
    const poisoned = {
      ...report,
      scenario: { name: evil, title: evil },
      seed: evil,
      arms: { [evil]: { ...Object.values(report.arms)[0], control: evil } },
      hypotheses: [{ id: 'x', statement: evil, metric: evil, verdict: 'held' as const, checks: [] }],
      parameters: [{ path: evil, value: evil, kind: 'source' as const, text: evil }],
    } as typeof report;
    expect(renderReportHtml(poisoned)).not.toContain('<script');
    expect(renderPicture(poisoned)).not.toContain('<script');
    expect(renderReportHtml(poisoned)).toContain('&lt;script&gt;');
  });

  it('is the same text for the same report', () => {
    expect(renderReportHtml(report)).toBe(page);
  });
});

describe('the table for the terminal', () => {
  const table = renderReportTable(report);

  it('fits into 92 columns', () => {
    expect(table.split('\n').filter((line) => line.length > 92)).toEqual([]);
  });

  it('has a line for each number and each verdict', () => {
    expect(table).toMatch(/Agents impersonated +100 of 100 +0 of 100/);
    expect(table).toMatch(/^held +Closing the hole does not stop a thief/m);
  });

  it('lets no control character of a report reach the terminal', () => {
    const poisoned = { ...report, seed: 'x\u001b[2Jy' };
    expect(renderReportTable(poisoned)).not.toContain('\u001b');
  });
});

describe('the picture', () => {
  it('is one SVG that stands alone', () => {
    const picture = renderPicture(report);
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(picture).not.toMatch(/href|url\(|<image/);
  });

  it('is drawn for a report in which nothing happened', () => {
    const quiet = { ...report, arms: {} };
    expect(renderPicture(quiet)).not.toMatch(/NaN|Infinity/);
    expect(renderReportHtml(quiet)).not.toMatch(/NaN|Infinity/);
    expect(renderReportTable(quiet)).toContain('seed');
  });
});
