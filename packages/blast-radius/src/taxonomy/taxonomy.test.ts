import { leak } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { detections } from '../detection/detections.ts';
import { leakMapping, taxonomyNames as names, taxonomies, techniquesOf } from './taxonomy.ts';

const deeds = leak.options.flatMap((name) =>
  (['theft', 'use'] as const).map((what) => ({ name, what, deed: leakMapping.leaks[name][what] })),
);

describe('the mapping', () => {
  it('has every leak, its theft and its use, and no other', () => {
    expect(Object.keys(leakMapping.leaks).sort()).toEqual([...leak.options].sort());
  });

  it('names ids of the known ones alone', () => {
    for (const taxonomy of names) {
      const known = new Set(taxonomies[taxonomy].ids.map(({ id }) => id));
      const unknown = deeds.flatMap(({ deed }) => deed[taxonomy].filter((id) => !known.has(id)));
      expect(unknown, taxonomy).toEqual([]);
    }
  });

  it('says of each deed something that somebody can look up, unless nothing is stolen', () => {
    const unmapped = deeds.filter(({ deed }) => names.every((taxonomy) => deed[taxonomy].length === 0));
    expect(new Set(unmapped.map(({ name }) => name))).toEqual(new Set(['issuer-outage']));
  });

  it('expects no detection twice, and says of each deed why nothing would tell', () => {
    for (const { deed } of deeds) {
      expect(new Set(deed.tells).size).toBe(deed.tells.length);
      expect(deed.untold).toMatch(/^[A-Z].+\.$/);
    }
  });

  it('has a use for each detection', () => {
    const expected = new Set(deeds.flatMap(({ deed }) => deed.tells));
    expect(detections.map(({ id }) => id).filter((id) => !expected.has(id))).toEqual([]);
  });
});

describe('a taxonomy', () => {
  it('knows each id once', () => {
    for (const taxonomy of names) {
      const ids = taxonomies[taxonomy].ids.map(({ id }) => id);
      expect(new Set(ids).size, taxonomy).toBe(ids.length);
    }
  });

  it('is marked as unchecked where nobody has compared its ids', () => {
    expect(taxonomies.attack.ids.filter(({ checked }) => checked !== null)).toEqual([]);
    expect(taxonomies.owaspNhi.ids.filter(({ checked }) => checked === null).map(({ id }) => id)).toEqual([
      'NHI5',
      'NHI6',
      'NHI7',
      'NHI8',
      'NHI9',
      'NHI10',
    ]);
  });

  it('stands beside each id, with its version', () => {
    for (const { name, deed } of deeds) {
      const ids = names.flatMap((taxonomy) => deed[taxonomy]);
      expect(
        techniquesOf(deed)
          .map(({ id }) => id)
          .sort(),
        name,
      ).toEqual([...ids].sort());
    }
    expect(techniquesOf(leakMapping.leaks['retired-agent'].theft)).toContainEqual({
      taxonomy: 'OWASP Non-Human Identities Top 10',
      version: '2025',
      id: 'NHI1',
      title: 'Improper Offboarding',
      checked: '2025',
    });
  });
});
