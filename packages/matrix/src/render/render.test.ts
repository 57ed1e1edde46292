import { expect, test } from 'vitest';
import { buildResults } from '../results/build-results.ts';
import { fakeManifest, fakeTrials } from '../results/fake-trials.ts';
import { latencyFigures, mappedFigures } from '../results/figures.ts';
import { allCellRows, latencyRows, toCsv, toJsonLines, trialRows } from './csv.ts';
import { dictionary, dictionaryMarkdown } from './dictionary.ts';
import { renderHeatMapSvg } from './heat-map-svg.ts';
import { renderMatrixMarkdown } from './markdown.ts';
import { renderMatrixHtml } from './matrix-html.ts';
import { differenceIntervalText, differenceText, intervalText, reasonLines } from './wording.ts';

const results = buildResults(fakeManifest, fakeTrials());
const page = renderMatrixHtml(results);

test('every cell of every heat map has a number or says why it has none', () => {
  const maps = page.match(/<table class="heat".*?<\/table>/gs) ?? [];
  expect(maps).toHaveLength(mappedFigures.length + latencyFigures.length);
  for (const map of maps) {
    const cells = map.match(/<td.*?<\/td>/gs) ?? [];
    expect(cells).toHaveLength(fakeManifest.arms.length * fakeManifest.leaks.length);
    for (const cell of cells) expect(cell).toMatch(/>(?:[\d.,]+(?: %)?|n\/a|none)<\/a>/);
  }
  expect(page).toContain('no issuer: a key does not have to be renewed');
});

test('every cell leads to its trials, and these to their ledgers', () => {
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  for (const id of targets) expect(page.split(`id="${id}"`), id).toHaveLength(2);
  for (const { ledgers } of results.trials) {
    expect(page).toContain(`href="${(ledgers ?? '').split('/').map(encodeURIComponent).join('/')}/"`);
  }
});

test('a reason stands once for all arms that it keeps from a leak', () => {
  const both = { ...fakeManifest, arms: ['static-key', 'hashed-key', 'jwt-svid'] as const };
  const { cells } = buildResults({ ...both, arms: [...both.arms] }, []);
  expect(reasonLines(cells).filter((line) => line.startsWith('Issuer outage'))).toEqual([
    'Issuer outage, in Static key, Hashed key: no issuer: a key does not have to be renewed',
    'Issuer outage, in JWT identity: matrix-1: missing; matrix-2: missing; matrix-3: missing',
  ]);
});

test('each arm has a strip of its own over time, which says in words what it shows', () => {
  const [charts = ''] = page.match(/<h3 id="leak-\d+">Host root<.*?<h3/s) ?? [];
  expect(charts.match(/<svg class="chart strips"/g)).toHaveLength(2);
  expect(charts).toContain('>10 at most, until 52</text>');
  expect(charts).toContain('>1 at most, until 6</text>');
  expect(charts).toMatch(/>100 % after 5[012] min<\/text>/);
});

test('the page loads nothing from elsewhere and runs nothing', () => {
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(/);
  expect(page).toContain("default-src 'none'");
});

test('the page says on what machine, with which seeds and at which scale of time', () => {
  for (const fact of ['2 CPUs, 8 GiB', 'v24.21.0', '0.1.0', 'matrix-1, matrix-2, matrix-3', 'compressed 720'])
    expect(page).toContain(fact);
});

test('an incomplete matrix says so, and no cell of it is empty', () => {
  const partly = renderMatrixHtml(buildResults(fakeManifest, fakeTrials().slice(0, 4)));
  expect(partly).toContain('NOT COMPLETE');
  expect(partly).toContain('not run');
  expect(partly).not.toMatch(/<td[^>]*>(?:<a[^>]*><\/a>)?<\/td>/);
});

test('the same numbers stand in text and picture', () => {
  expect(renderMatrixMarkdown(results)).toContain(
    '| Static key | 510 (500 to 520) | 510 (500 to 520) | n/a |',
  );
  const svg = renderHeatMapSvg(results);
  expect(svg.match(/class="cell"/g)).toHaveLength(9);
  expect(svg).toContain('>510</text>');
});

test('the dictionary has every column of the files, in their order', () => {
  expect(Object.keys(trialRows(results)[0] ?? {})).toEqual(dictionary.trials.map(({ name }) => name));
  expect(Object.keys(allCellRows(results)[0] ?? {})).toEqual(dictionary.cells.map(({ name }) => name));
  expect(Object.keys(latencyRows(results)[0] ?? {})).toEqual(dictionary.latencies.map(({ name }) => name));
  expect(dictionaryMarkdown()).toContain('| `blast_area_agent_minutes` | number or empty |');
});

test('the percentiles of each arm stand in the files, in page and text, with how they were come by', () => {
  expect(latencyRows(results)).toHaveLength(fakeManifest.arms.length * latencyFigures.length);
  expect(latencyRows(results)).toContainEqual({
    arm: 'jwt-svid',
    figure: 'honest_latency_p95_ms',
    unit: 'real milliseconds',
    n: 9,
    median: 29,
    low: 29,
    high: 29,
    difference_n: 6,
    difference_median: 10,
    difference_low: 10,
    difference_high: 10,
  });
  const markdown = renderMatrixMarkdown(results);
  expect(markdown).toContain(
    '| JWT identity | 20 (20 to 20), Δ +10 (+10 to +10) | 29 (29 to 29), Δ +10 (+10 to +10) |',
  );
  const [table = ''] = page.match(/<table class="heat latencies">.*?<\/table>/s) ?? [];
  expect(table).toContain('<b>29</b><small>29 to 29</small><small>Δ +10</small><small>(+10 to +10)</small>');
  for (const text of [page, markdown]) {
    expect(text).toContain('side by side');
    expect(text).toContain('21 requests in the median trial');
    expect(text).toContain('npm run bench -- price');
  }
});

test('a share is in per cent and a difference of shares in percentage points, with its sign, and the unit once', () => {
  const share = { unit: 'share, 0 to 1' };
  expect(differenceText(share, -0.0123)).toBe('−1.2 points');
  expect(differenceText(share, 0)).toBe('0 points');
  const estimate = { n: 3, median: 0.95, low: -0.5, high: 0.98 };
  expect(differenceIntervalText(share, estimate)).toBe('−50 to +98');
  expect(differenceIntervalText(share, { ...estimate, low: null, high: null })).toBeNull();
  expect(intervalText(share, { ...estimate, low: 0.9 })).toBe('90 to 98 %');
  expect(differenceText({ unit: 'agents' }, 3)).toBe('+3');
  expect(differenceText({ unit: 'agents' }, -0.01)).toBe('0');
});

test('CSV is quoted where it has to be, and an empty field is no value', () => {
  expect(toCsv([{ a: 'x, "y"', b: null, c: 1.5 }])).toBe('a,b,c\r\n"x, ""y""",,1.5\r\n');
});

test('JSON Lines hold one object a line, of the same values', () => {
  const lines = toJsonLines(trialRows(results)).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).trial)).toEqual(results.trials.map(({ trial }) => trial));
});
