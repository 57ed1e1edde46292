import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const page = readFileSync(join(root, 'docs/failure-modes.md'), 'utf8');

/** What is named as `file`: "title", "title". */
const named = [...page.matchAll(/`([^`]+\.test\.ts)`: ("[^"]+"(?:, "[^"]+")*)/g)].flatMap(
  ([, file = '', titles = '']) =>
    [...titles.matchAll(/"([^"]+)"/g)].map(([, title = '']): [string, string] => [file, title]),
);

test('docs/failure-modes.md shows each of its rows by a test', () => {
  const rows = page.split('\n').filter((line) => /^\| (?!fault |---)/.test(line));
  expect(rows.length).toBeGreaterThan(20);
  expect(rows.filter((row) => !row.includes('.test.ts`: "'))).toEqual([]);
});

test.each(named)('%s has the test "%s", as docs/failure-modes.md says', (file, title) => {
  expect(readFileSync(join(root, file), 'utf8')).toContain(title);
});
