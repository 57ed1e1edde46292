import { issuerAdministration } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { matchPolicies } from './match-policies.ts';
import { PolicySet } from './policy-set.ts';

const trustDomain = 'moltbook.test';
const policy = (fields: object) =>
  issuerAdministration.issuancePolicy.parse({
    id: 'p',
    selectors: ['a'],
    spiffeId: 'spiffe://x/y',
    ...fields,
  });
const idsFor = (policies: object[], selectors: string[], node = 'range') => [
  ...matchPolicies(new PolicySet(policies.map(policy)), { node, selectors }, trustDomain).keys(),
];
const agent = {
  selectors: ['unix:uid:1000', 'interpreter:path:/agents/{agent}/main.mjs'],
  spiffeId: 'spiffe://{trustDomain}/agent/{agent}',
};

describe('matchPolicies', () => {
  it('fills the template with what the selectors captured', () => {
    const selectors = ['unix:gid:7', 'interpreter:path:/agents/ada/main.mjs', 'unix:uid:1000'];
    expect(idsFor([agent], selectors)).toEqual(['spiffe://moltbook.test/agent/ada']);
  });

  it.each([
    [['unix:uid:1000']],
    [['interpreter:path:/agents/ada/main.mjs']],
    [['unix:uid:10001', 'interpreter:path:/agents/ada/main.mjs']],
    [['unix:uid:1000', 'interpreter:path:/agents/ada/x/main.mjs']],
    [['unix:uid:1000', 'interpreter:path:/agents//main.mjs']],
    [['unix:uid:1000', 'interpreter:path:/agents/ada/mainxmjs']],
    [['unix:uid:1000', 'x interpreter:path:/agents/ada/main.mjs']],
    [['unix:uid:1000', 'interpreter:path:/agents/ada/main.mjs\n']],
    [[]],
  ])('grants nothing unless all selectors are met: %j', (selectors) => {
    expect(idsFor([agent], selectors)).toEqual([]);
  });

  it.each(['.', '..'])('grants nothing to a process that captures %j', (name) => {
    expect(idsFor([agent], ['unix:uid:1000', `interpreter:path:/agents/${name}/main.mjs`])).toEqual([]);
  });

  it('takes selectors as they are, not as patterns', () => {
    expect(
      idsFor(
        [{ selectors: ['unix:path:/a.b(c)*[{n}]'], spiffeId: 'spiffe://{trustDomain}/{n}' }],
        ['unix:path:/a.b(c)*[x]'],
      ),
    ).toEqual(['spiffe://moltbook.test/x']);
  });

  it('demands the same value wherever a name stands twice', () => {
    const twice = { selectors: ['path:/{n}/main', 'group:{n}'], spiffeId: 'spiffe://{trustDomain}/{n}' };
    expect(idsFor([twice], ['path:/ada/main', 'group:eve'])).toEqual([]);
    expect(idsFor([twice], ['path:/ada/main', 'group:eve', 'group:ada'])).toEqual([
      'spiffe://moltbook.test/ada',
    ]);
    const inOne = { selectors: ['{n}/{n}'], spiffeId: 'spiffe://{trustDomain}/{n}' };
    expect(idsFor([inOne], ['a/b'])).toEqual([]);
    expect(idsFor([inOne], ['a/a'])).toEqual(['spiffe://moltbook.test/a']);
  });

  it('grants each way in which several selectors fit', () => {
    const groups = { selectors: ['group:{g}'], spiffeId: 'spiffe://{trustDomain}/team/{g}' };
    expect(idsFor([groups], ['group:a', 'group:b', 'group:a'])).toEqual([
      'spiffe://moltbook.test/team/a',
      'spiffe://moltbook.test/team/b',
    ]);
  });

  it('grants a host one identity for each instance, with a hint of its own', () => {
    const host = {
      id: 'host',
      spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
      instances: ['ada', 'eve'],
    };
    const granted = [
      ...matchPolicies(
        new PolicySet([policy(host)]),
        { node: 'range', selectors: ['a'] },
        trustDomain,
      ).values(),
    ];
    expect(granted.map(({ spiffeId, hint }) => [spiffeId, hint])).toEqual([
      ['spiffe://moltbook.test/agent/ada', 'host/ada'],
      ['spiffe://moltbook.test/agent/eve', 'host/eve'],
    ]);
  });

  it('lets the first of two policies grant what both cover', () => {
    const one = { id: 'one', spiffeId: 'spiffe://{trustDomain}/x', dnsNames: ['one.test'] };
    const workload = { node: 'range', selectors: ['a'] };
    const granted = matchPolicies(
      new PolicySet([policy(one), policy({ ...one, id: 'two' })]),
      workload,
      trustDomain,
    );
    expect(granted.get('spiffe://moltbook.test/x')).toMatchObject({
      policyId: 'one',
      dnsNames: ['one.test'],
    });
  });

  it('grants under a policy that names nodes to these nodes alone', () => {
    const bound = { nodes: ['host-1', 'host-2'], spiffeId: 'spiffe://{trustDomain}/bound' };
    expect(idsFor([bound], ['a'], 'host-2')).toEqual(['spiffe://moltbook.test/bound']);
    for (const node of ['host-3', 'host-11', 'host-1/x', 'host', '']) {
      expect(idsFor([bound], ['a'], node)).toEqual([]);
    }
  });

  it('never lets a capture make an identity of the plane, or of another trust domain', () => {
    const open = { selectors: ['{a}', '{b}'], spiffeId: 'spiffe://{trustDomain}/{a}/{b}' };
    const single = { selectors: ['{a}'], spiffeId: 'spiffe://{trustDomain}/{a}' };
    const foreign = { selectors: ['{a}'], spiffeId: 'spiffe://{a}/x' };
    const words = ['sidecar', 'issuer', 'range', 'other.test', '..', 'x/y'];
    for (const one of words) {
      for (const other of words) {
        for (const id of idsFor([open, single, foreign], [one, other])) {
          expect(id).toMatch(/^spiffe:\/\/moltbook\.test\//);
          expect(id).not.toMatch(/^spiffe:\/\/[^/]+\/(issuer$|sidecar(\/|$))/);
        }
      }
    }
    expect(idsFor([open], ['sidecar', 'range'])).not.toContain('spiffe://moltbook.test/sidecar/range');
  });
});
