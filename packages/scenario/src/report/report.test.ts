import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findScenario } from '../loading/find-scenario.ts';
import { loadScenario } from '../loading/load-scenario.ts';
import { fakeLoadRun } from './fake-load-run.ts';
import { fakeReport } from './fake-report.ts';
import { renderPicture } from './render-picture.ts';
import { renderReportHtml } from './render-report-html.ts';
import { renderReportTable } from './render-report-table.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const scenario = loadScenario(findScenario('moltbook-key-leak', root));
const report = fakeReport(scenario);
const loaded = fakeReport(scenario, 100, fakeLoadRun(100));
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

  it('says of each arm which record should have told, and which did', () => {
    const detections = page.slice(page.indexOf('Which record should have told'));
    expect(detections).toMatch(/Static key<span>(Told|Used)/);
    expect(detections).toContain('A private table read with the publishable key');
    expect(detections).toContain('MITRE ATT&amp;CK 20.0');
    expect(detections).toContain('<em>nothing: from memory</em>');
  });

  it('says why nothing tells, where nothing can', () => {
    const why = 'Reading memory calls nobody.';
    const arms = Object.entries(report.arms).map(([arm, result]) => {
      const theft = { techniques: [], tells: [], untold: why };
      const detection = { ...result.detection, theft, watched: [] };
      return [arm, { ...result, detection }] satisfies [string, unknown];
    });
    const silent = renderReportHtml({ ...report, arms: Object.fromEntries(arms) });
    expect(silent).toMatch(/Nothing tells of the theft<[^>]*><td[^>]*>Reading memory calls nobody\./);
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

describe('a run under load', () => {
  const page = renderReportHtml(loaded);
  const table = renderReportTable(loaded);

  it('has its section in the page, and none where there was no load', () => {
    expect(page).toContain('<h2>Under load</h2>');
    expect(page).toMatch(/Before the rotation[\s\S]*During the rotation[\s\S]*After the rotation/);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(renderReportHtml(report)).not.toContain('Under load');
    expect(renderReportTable(report)).not.toContain('Under load');
  });

  it('prints why requests were dropped, in the page and in the terminal', () => {
    const reason = 'Block 3, X.509 identity: 12 of 3,000 requests dropped, k6 had no free virtual user';
    expect(page).toContain(reason);
    expect(table).toContain(reason);
    expect(table).toContain('k6 ended with exit code 99');
  });

  it('has rows for the terminal that fit into 92 columns, ratios with their intervals among them', () => {
    expect(table.split('\n').filter((line) => line.length > 92)).toEqual([]);
    expect(table).toMatch(/Offered, requests per second +100 +100\n/);
    expect(table).toMatch(/99th percentile of latency +[\d.]+ \(95 %: [\d.]+ to [\d.]+, 2 pairs\)/);
  });

  it('says that one pair has no interval', () => {
    const run = fakeLoadRun(100);
    const onePair = { ...run.manifest, blocks: run.manifest.blocks.slice(0, 2) };
    expect(renderReportTable(fakeReport(scenario, 100, { ...run, manifest: onePair }))).toContain(
      '(one pair: no interval)',
    );
  });

  it('is drawn when nothing was measured, and when everything failed', () => {
    const { manifest, requestsByFolder } = fakeLoadRun(100);
    const outage = Object.fromEntries(
      Object.entries(requestsByFolder).map(([folder, requests]) => [
        folder,
        requests.map((request) => ({ ...request, outcome: 'failed' as const })),
      ]),
    );
    const none = { manifest: { ...manifest, blocks: [] }, requestsByFolder: {} };
    for (const run of [none, { manifest, requestsByFolder: {} }, { manifest, requestsByFolder: outage }])
      expect(renderReportHtml(fakeReport(scenario, 100, run))).not.toMatch(/NaN|Infinity|undefined/);
  });

  it('turns no text of a load run into markup, and lets none steer the terminal', () => {
    const { load } = loaded;
    if (!load) throw new Error('the report has no load');
    const bad = `${evil}\u001b[2J`;
    const poisoned = {
      ...loaded,
      load: {
        ...load,
        k6Version: bad,
        arms: { [bad]: Object.values(load.arms)[0] },
        blocks: load.blocks.map((block) => ({ ...block, arm: bad, thresholdsCrossed: [bad] })),
        ratios: load.ratios.map((ratios) => ({ ...ratios, arm: bad })),
      },
    } as typeof report;
    expect(renderReportHtml(poisoned)).not.toContain('<script');
    expect(renderReportTable(poisoned)).not.toContain('\u001b');
  });
});
