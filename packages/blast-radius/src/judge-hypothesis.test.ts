import { expect, it } from 'vitest';
import { computeArm } from './compute-arm.ts';
import type { Hypothesis } from './hypothesis.ts';
import { judgeHypothesis } from './judge-hypothesis.ts';
import { fakeAttempt, fakeRun } from './run/fake-ledgers.ts';

const quiet = computeArm(fakeRun, []);
const robbed = computeArm(fakeRun, [fakeAttempt({ minute: 1 }), fakeAttempt({ minute: 2, victim: 'Bo' })]);
const claim = (
  expect: Hypothesis['expect'],
  metric = 'forgedRequests.withStolenCredential.accepted',
): Hypothesis => ({
  id: 'claim',
  statement: 'A claim that may fail.',
  metric,
  expect,
});
const none = claim([{ arm: 'x509-svid', comparison: '==', value: 0 }]);

it('holds or is refuted by what was measured', () => {
  expect(judgeHypothesis(none, { 'x509-svid': quiet }).verdict).toBe('held');
  expect(judgeHypothesis(none, { 'x509-svid': robbed }).verdict).toBe('refuted');
});

it.each([
  ['<', 2, 'refuted'],
  ['<=', 2, 'held'],
  ['>', 2, 'refuted'],
  ['>=', 2, 'held'],
  ['==', 3, 'refuted'],
] as const)('compares by %s %d: %s', (comparison, value, verdict) => {
  expect(judgeHypothesis(claim([{ arm: 'a', comparison, value }]), { a: robbed }).verdict).toBe(verdict);
});

it('divides by the other metric of a share', () => {
  const share = claim([{ arm: 'a', comparison: '>', value: 0.95, shareOf: 'agents' }], 'agentsImpersonated');
  expect(judgeHypothesis(share, { a: robbed })).toMatchObject({
    verdict: 'refuted',
    checks: [{ measured: 2 / 3, expected: '> 0.95 of agents' }],
  });
});

it('is not tested where an arm was not run or a metric has no value', () => {
  expect(judgeHypothesis(none, { 'static-key': robbed }).verdict).toBe('not-tested');
  const empty = claim([{ arm: 'a', comparison: '>=', value: 0.999 }], 'honestRequests.acceptedShare');
  expect(judgeHypothesis(empty, { a: quiet }).verdict).toBe('not-tested');
});

it('is refuted by one failing check, whatever else was not tested', () => {
  const two = claim([
    { arm: 'missing', comparison: '==', value: 0 },
    { arm: 'a', comparison: '==', value: 0 },
  ]);
  expect(judgeHypothesis(two, { a: robbed }).verdict).toBe('refuted');
});
