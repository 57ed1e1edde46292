import { expect, it } from 'vitest';
import { federatesWith, uniqueHints } from './unique-hints.ts';

const entitlement = (spiffeId: string, hint: string, foreign?: string[]) => ({
  spiffeId,
  hint,
  policyId: 'p',
  ...(foreign && { federatesWith: foreign }),
});
const hints = (...all: string[]) =>
  uniqueHints(all.map((hint, i) => entitlement(`${i}`, hint))).map((e) => e.hint);

it('a hint stands once in a response: the first identity keeps it, and none is lost', () => {
  expect(hints('internal', 'external', 'internal', '', '')).toEqual(['internal', 'external', '', '', '']);
});

it('a hint has 1024 bytes at most', () => {
  expect(hints('h'.repeat(1024))).toEqual(['h'.repeat(1024)]);
  expect(hints('ä'.repeat(513))).toEqual(['']);
});

it('callers get the bundles that any of their identities federates with', () => {
  const all = [
    entitlement('a', '', ['y.test', 'x.test']),
    entitlement('b', ''),
    entitlement('c', '', ['x.test']),
  ];
  expect(federatesWith(all)).toEqual(['x.test', 'y.test']);
});
