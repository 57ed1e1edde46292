import { expect, test } from 'vitest';
import { showExplanation } from './show-explanation.ts';

const selectors = ['unix:sha256:ab', 'unix:uid:1000'];
const about = (policyId: string) => ({ policyId, template: 'spiffe://{trustDomain}/x', spiffeIds: [] });

test('what is attested stands first, then what each policy makes of it and why', () => {
  const policies = [
    { ...about('agent'), spiffeIds: ['spiffe://x/a'], nodes: ['one', 'two'] },
    { ...about('fleet'), spiffeIds: ['a', 'b', 'c', 'd', 'e'] },
    { ...about('n'), refusal: { reason: 'selector-missing' as const, detail: 'unix:uid:1' } },
  ];
  expect(showExplanation({ pid: 7, selectors, policies })).toBe(`process 7 is attested as
  unix:sha256:ab
  unix:uid:1000

policies
  agent  grants spiffe://x/a, beside the sidecar of one, two
  fleet  grants a, b, c and 2 more
  n      no: not attested: unix:uid:1
`);
});

test('that nothing matches is said, and so is that nobody was asked', () => {
  const refusal = { reason: 'node-not-allowed' as const, detail: 'only the nodes a may ask, not b' };
  expect(showExplanation({ pid: 7, selectors, policies: [{ ...about('n'), refusal }] })).toContain(
    'PermissionDenied',
  );
  expect(showExplanation({ pid: 7, selectors, policies: [] })).toContain('no policies');
  expect(showExplanation({ pid: 7, selectors, policies: undefined })).toContain('--admin-socket');
});

test('a program that this user may not look at is no program that has no digest', () => {
  const hidden = showExplanation({ pid: 7, selectors: ['unix:uid:0'], policies: [] });
  expect(hidden).toContain('hidden from this user');
  expect(showExplanation({ pid: undefined, selectors: ['unix:uid:0'], policies: [] })).not.toContain(
    'hidden',
  );
});
