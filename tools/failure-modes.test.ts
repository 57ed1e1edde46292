import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const docs = join(import.meta.dirname, '../docs');
const page = readFileSync(join(docs, 'failure-modes.md'), 'utf8');

interface ShownBy {
  readonly title: string;
  readonly file: string;
}

const links: readonly ShownBy[] = [...page.matchAll(/\[([^\]]+)\]\(([^)]+\.test\.ts)\)/g)].map(
  ([, title = '', file = '']) => ({ title, file }),
);

/** The title is the first argument of a call in the file: of `it`, `test` or `describe`. */
function names(source: string, title: string): boolean {
  return ["'", '"', '`'].some(
    (quote) =>
      source.includes(`(${quote}${title}${quote},`) || source.includes(`(\n    ${quote}${title}${quote},`),
  );
}

test.each(links)('failure-modes.md is shown right by: $title', ({ title, file }) => {
  const path = join(docs, file);
  expect(existsSync(path), file).toBe(true);
  expect(names(readFileSync(path, 'utf8'), title), `${file} has no test of this title`).toBe(true);
});

test('a title that no test has is not found (control)', () => {
  const source = readFileSync(import.meta.filename, 'utf8');
  expect(names(source, 'a title that no test has is not found (control)')).toBe(true);
  expect(names(source, 'a title that no test has is not found')).toBe(false);
});

test('every row of failure-modes.md says which test shows it', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !/^\| (who|---|fault) ?\|?/.test(line));
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => !row.includes('.test.ts)'))).toEqual([]);
});
