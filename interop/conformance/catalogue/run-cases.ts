import { expect, test } from 'vitest';
import { type CaseId, type CasesOf, catalogue, catalogueCase } from './catalogue.ts';

export type CaseRuns<Group extends string> = Readonly<Record<CasesOf<Group>, () => Promise<void>>>;

/** A test for each case of a group of the catalogue, and one that none is missing. */
export function runCases<Group extends string>(group: Group, cases: CaseRuns<Group>): void {
  test(`${group}: each case of the group is run`, () => {
    const ids = Object.keys(catalogue).filter((id) => id.startsWith(`${group}-`));
    expect(Object.keys(cases).sort()).toEqual(ids.sort());
  });
  for (const [id, run] of Object.entries(cases) as [CaseId, () => Promise<void>][]) {
    const { level, guarantee, instead } = catalogueCase(id);
    test(`${id} (${level}) ${instead === undefined ? guarantee : `not met on purpose: ${instead}`}`, run);
  }
}
