import { expect, test } from 'vitest';
import { buildResults } from '../results/build-results.ts';
import { fakeManifest, fakeTrials } from '../results/fake-trials.ts';
import { mappedFigures } from '../results/figures.ts';
import { allCellRows, toCsv, toJsonLines, trialRows } from './csv.ts';
import { dictionary, dictionaryMarkdown } from './dictionary.ts';
import { renderHeatMapSvg } from './heat-map-svg.ts';
import { renderMatrixMarkdown } from './markdown.ts';
import { renderMatrixHtml } from './matrix-html.ts';

const results = buildResults(fakeManifest, fakeTrials());
const page = renderMatrixHtml(results);

test('every cell of every heat map has a number or says why it has none', () => {
  const maps = page.match(/<table class="heat".*?<\/table>/gs) ?? [];
  expect(maps).toHaveLength(mappedFigures.length);
  for (const map of maps) {
    const cells = map.match(/<td.*?<\/td>/gs) ?? [];
    expect(cells).toHaveLength(fakeManifest.arms.length * fakeManifest.leaks.length);
    for (const cell of cells) expect(cell).toMatch(/>(?:[\d.,]+(?: %)?|n\/a|none)<\/a>/);
  }
  expect(page).toContain('no issuer: a key does not have to be renewed');
});

test('every cell leads to its trials, and these to their ledgers', () => {
  const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
  for (const id of targets) expect(page).toContain(`id="${id}"`);
  for (const { ledgers } of results.trials) {
    expect(page).toContain(`href="${(ledgers ?? '').split('/').map(encodeURIComponent).join('/')}/"`);
  }
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
  expect(dictionaryMarkdown()).toContain('| `blast_area_agent_minutes` | number or empty |');
});

test('CSV is quoted where it has to be, and an empty field is no value', () => {
  expect(toCsv([{ a: 'x, "y"', b: null, c: 1.5 }])).toBe('a,b,c\r\n"x, ""y""",,1.5\r\n');
});

test('JSON Lines hold one object a line, of the same values', () => {
  const lines = toJsonLines(trialRows(results)).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).trial)).toEqual(results.trials.map(({ trial }) => trial));
});
