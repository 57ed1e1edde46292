import { issuerAdministration } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { matchPolicies } from '../matching/match-policies.ts';
import { PolicySet } from '../matching/policy-set.ts';
import { type ExplainedWorkload, explainPolicies } from './explain-policies.ts';

const trustDomain = 'moltbook.test';
const set = new PolicySet(
  [
    { id: 'ada', selectors: ['unix:uid:1', 'script:/{agent}/x'], spiffeId: 'spiffe://{trustDomain}/{agent}' },
    { id: 'bound', selectors: ['unix:uid:1'], spiffeId: 'spiffe://{trustDomain}/bound', nodes: ['a', 'b'] },
    { id: 'twice', selectors: ['one:{n}', 'two:{n}'], spiffeId: 'spiffe://{trustDomain}/{n}' },
    {
      id: 'many',
      selectors: ['unix:uid:1'],
      spiffeId: 'spiffe://{trustDomain}/{instance}',
      instances: ['x', 'y'],
    },
  ].map((policy) => issuerAdministration.issuancePolicy.parse(policy)),
);
const issuer = { trustDomain, ttlSeconds: { x509: 3600, jwt: 300, wit: 3600 } };
const explain = (workload: ExplainedWorkload) =>
  Object.fromEntries(explainPolicies(set, workload, issuer).map((one) => [one.policyId, one]));

describe('explainPolicies', () => {
  it('says what each policy grants', () => {
    const explained = explain({ node: 'b', selectors: ['unix:uid:1', 'script:/ada/x', 'one:z', 'two:z'] });
    expect(explained).toMatchObject({
      ada: { spiffeIds: ['spiffe://moltbook.test/ada'] },
      bound: { spiffeIds: ['spiffe://moltbook.test/bound'], nodes: ['a', 'b'] },
      twice: { spiffeIds: ['spiffe://moltbook.test/z'] },
      many: { spiffeIds: ['spiffe://moltbook.test/x', 'spiffe://moltbook.test/y'] },
    });
    expect(Object.values(explained).filter(({ refusal }) => refusal)).toEqual([]);
  });

  it('names every selector that is missing', () => {
    expect(explain({ selectors: ['unix:uid:10'] })['ada']?.refusal).toEqual({
      reason: 'selector-missing',
      detail: 'unix:uid:1, script:/{agent}/x',
    });
  });

  it('names the nodes that may ask, and leaves them out of the question where none is given', () => {
    expect(explain({ node: 'c', selectors: ['unix:uid:1'] })['bound']?.refusal).toEqual({
      reason: 'node-not-allowed',
      detail: 'only the nodes a, b may ask, not c',
    });
    expect(explain({ selectors: ['unix:uid:1'] })['bound']?.refusal).toBeUndefined();
  });

  it('tells selectors that contradict each other from selectors that are missing', () => {
    expect(explain({ selectors: ['one:a', 'two:b'] })['twice']?.refusal?.reason).toBe('captures-disagree');
  });

  it('says that a capture makes no identity, or one of the identity plane itself', () => {
    for (const [capture, reason] of [
      ['..', 'attribute-unsafe'],
      ['issuer', 'identity-unusable'],
    ]) {
      const { ada } = explain({ selectors: ['unix:uid:1', `script:/${capture}/x`] });
      expect(ada?.refusal?.reason).toBe(reason);
    }
  });

  it('never says otherwise than what is issued', () => {
    const words = ['unix:uid:1', 'script:/ada/x', 'one:a', 'two:a', 'two:b', 'script:/../x'];
    for (let bits = 0; bits < 2 ** words.length; bits++) {
      const workload = {
        node: bits % 3 ? 'a' : 'c',
        selectors: words.filter((_, index) => bits & (1 << index)),
      };
      const granted = [...matchPolicies(set, workload, trustDomain).keys()].sort();
      const explained = explainPolicies(set, workload, issuer);
      expect([...new Set(explained.flatMap(({ spiffeIds }) => spiffeIds))].sort()).toEqual(granted);
      for (const { spiffeIds, refusal } of explained)
        expect(spiffeIds.length > 0).toBe(refusal === undefined);
    }
  });
});
