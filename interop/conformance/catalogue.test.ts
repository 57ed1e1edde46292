import { expect, test } from 'vitest';
import { type CaseId, catalogue, catalogueCase } from './catalogue/catalogue.ts';

/** How many cases each group has, as the suite publishes it. */
const groups = { EP: 8, WA: 4, XS: 5, XV: 15, XF: 3, JV: 25, JB: 8, JF: 4, ID: 2, HX: 9 };
const ids = Object.keys(catalogue) as CaseId[];

test('the catalogue has each of the 83 cases that the suite publishes', () => {
  const published = Object.entries(groups).flatMap(([group, count]) =>
    Array.from({ length: count }, (_, index) => `${group}-${index + 1}`),
  );
  const listed = new Set(ids.map((id) => id.split('/')[0]));
  expect([...listed].sort()).toEqual(published.sort());
});

test('of no mandatory case is anything but the guarantee tested', () => {
  const mandatory = ids.map(catalogueCase).filter(({ level }) => level === 'MUST');
  expect(mandatory.length).toBeGreaterThan(50);
  expect(mandatory.filter(({ instead }) => instead !== undefined)).toEqual([]);
});
