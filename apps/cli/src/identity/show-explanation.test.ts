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

test('a policy that grants says of what, and what its SVIDs say', () => {
  const terms = {
    hint: 'h',
    dnsNames: ['a.test'],
    claims: { model: 'm "1"' },
    ttlSeconds: { x509: 3600, jwt: 60, wit: 3600 },
  };
  const granted = { ...about('agent'), spiffeIds: ['spiffe://x/a'], attributes: { 'unix.uid': '1' }, terms };
  const refusal = { reason: 'attribute-unsafe' as const, detail: '{{docker.label.a}} is "a/b"' };
  const shown = showExplanation({
    pid: 7,
    selectors,
    policies: [granted, { ...about('n'), attributes: { 'docker.label.a': 'a/b' }, refusal }],
  });
  expect(shown).toContain(`
  agent  grants spiffe://x/a
           template: spiffe://{trustDomain}/x
           attributes: unix.uid="1"
           hint: h
           DNS names: a.test
           claims: model="m \\"1\\""
           seconds: X509-SVID 3600, JWT-SVID 60, WIT-SVID 3600
  n      no: an unusable value: {{docker.label.a}} is "a/b"
           attributes: docker.label.a="a/b"
`);
});
