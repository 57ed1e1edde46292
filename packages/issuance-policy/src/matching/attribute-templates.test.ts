import { issuerAdministration } from '@blastradius/contracts';
import { describe, expect, it } from 'vitest';
import { explainPolicies } from '../explain/explain-policies.ts';
import type { AttestedWorkload } from './granted-identity.ts';
import { matchPolicies } from './match-policies.ts';
import { PolicySet } from './policy-set.ts';

const trustDomain = 'moltbook.test';
const agents = {
  id: 'agents',
  selectors: ['docker:image_config_digest:sha256:aa'],
  spiffeId: 'spiffe://{{trustDomain}}/agent/{{docker.label.com.example.agent}}',
};
const set = (...policies: object[]) =>
  new PolicySet(policies.map((policy) => issuerAdministration.issuancePolicy.parse(policy)));
const container = (...labels: string[]): AttestedWorkload => ({
  node: 'host-1',
  selectors: [
    'docker:image_config_digest:sha256:aa',
    'unix:uid:7',
    ...labels.map((label) => `docker:label:${label}`),
  ],
});
const explainOne = (policy: object, workload: AttestedWorkload) => {
  const issuer = { trustDomain, ttlSeconds: { x509: 3600, jwt: 300, wit: 3600 } };
  const [explained] = explainPolicies(set(policy), workload, issuer);
  if (explained === undefined) throw new TypeError('nothing explained');
  return explained;
};

describe('a template over attested attributes', () => {
  it('takes its value from the selector of that name', () => {
    const workload = container('com.example.agent:ada', 'com.example:x');
    expect([...matchPolicies(set(agents), workload, trustDomain).keys()]).toEqual([
      'spiffe://moltbook.test/agent/ada',
    ]);
  });

  it('takes the node that vouches, the user and a digest without its algorithm, each in a segment of its own', () => {
    const spiffeId = 'spiffe://{{trustDomain}}/{{node}}/u-{{unix.uid}}/{{docker.image_config_digest.sha256}}';
    const granted = matchPolicies(set({ ...agents, spiffeId }), container(), trustDomain);
    expect([...granted.keys()]).toEqual(['spiffe://moltbook.test/host-1/u-7/aa']);
  });

  it.each([
    ['attribute-missing', container()],
    ['attribute-missing', container('com.example.agents:ada')],
    ['attribute-ambiguous', container('com.example.agent:ada', 'com.example.agent:eve')],
    ['attribute-unsafe', container('com.example.agent:a/b')],
    ['attribute-unsafe', container('com.example.agent:..')],
    ['attribute-unsafe', container('com.example.agent:')],
    ['attribute-unsafe', container('com.example.agent:%2e%2e')],
    ['attribute-unsafe', container('com.example.agent:ada\n')],
    ['attribute-unsafe', container('com.example.agent:x:y')],
    ['too-long', container(`com.example.agent:${'a'.repeat(2048)}`)],
  ])('grants nothing, and says %s', (reason, workload) => {
    expect(matchPolicies(set(agents), workload, trustDomain).size).toBe(0);
    expect(explainOne(agents, workload).refusal).toMatchObject({ reason });
  });

  it('takes an attribute with several values as one that has none, so that a further group grants nothing', () => {
    const byGroup = { ...agents, spiffeId: 'spiffe://{{trustDomain}}/team/{{unix.supplementary_gid}}' };
    const { selectors, node } = container();
    const member = (...gids: number[]) => [
      ...selectors,
      ...gids.map((gid) => `unix:supplementary_gid:${gid}`),
    ];
    const granted = (gids: number[]) =>
      matchPolicies(set(byGroup), { node, selectors: member(...gids) }, trustDomain);
    expect([...granted([7]).keys()]).toEqual(['spiffe://moltbook.test/team/7']);
    expect(granted([7, 8]).size).toBe(0);
  });
});

describe('the terms of a policy', () => {
  const full = {
    ...agents,
    hint: 'agent/{{docker.label.com.example.agent}}',
    dnsNames: ['{{docker.label.com.example.agent}}.agents.{{trustDomain}}'],
    claims: { model: '{{docker.label.model}}', owner: 'team-a', skill: 'does {{docker.label.skill}}' },
    ttlSeconds: { jwt: 60, x509: 7200 },
  };
  const ada = container('com.example.agent:ada', 'model:Some Model (preview)', 'skill:sums');

  it('are filled as the identity is', () => {
    expect(matchPolicies(set(full), ada, trustDomain).get('spiffe://moltbook.test/agent/ada')).toEqual({
      spiffeId: 'spiffe://moltbook.test/agent/ada',
      policyId: 'agents',
      hint: 'agent/ada',
      dnsNames: ['ada.agents.moltbook.test'],
      claims: { model: 'Some Model (preview)', owner: 'team-a', skill: 'does sums' },
      ttlSeconds: { jwt: 60, x509: 7200 },
    });
  });

  it('are explained with the attributes they took, and no lifetime beyond the issuer’s own', () => {
    expect(explainOne(full, ada)).toMatchObject({
      attributes: { 'docker.label.com.example.agent': 'ada', 'docker.label.model': 'Some Model (preview)' },
      terms: { dnsNames: ['ada.agents.moltbook.test'], ttlSeconds: { x509: 3600, jwt: 60, wit: 3600 } },
    });
  });

  it.each([
    [
      'a claim that nothing gives a value',
      container('com.example.agent:ada', 'skill:sums'),
      'attribute-missing',
    ],
    [
      'a claim with control characters',
      container('com.example.agent:ada', 'model:a\u0000b', 'skill:s'),
      'attribute-unsafe',
    ],
    [
      'a claim too long',
      container('com.example.agent:ada', `model:${'m'.repeat(257)}`, 'skill:s'),
      'attribute-unsafe',
    ],
    [
      'a claim too long together',
      container('com.example.agent:ada', 'model:m', `skill:${'s'.repeat(255)}`),
      'too-long',
    ],
    [
      'a DNS name in another case',
      container('com.example.agent:Ada', 'model:m', 'skill:s'),
      'attribute-unsafe',
    ],
    ['a DNS name with a dot', container('com.example.agent:a.b', 'model:m', 'skill:s'), 'attribute-unsafe'],
    [
      'a DNS label too long',
      container(`com.example.agent:${'a'.repeat(64)}`, 'model:m', 'skill:s'),
      'identity-unusable',
    ],
  ])('grant nothing of an identity with %s', (_, workload, reason) => {
    expect(matchPolicies(set(full), workload, trustDomain).size).toBe(0);
    expect(explainOne(full, workload).refusal).toMatchObject({ reason });
  });
});

describe('a broker', () => {
  const brokered = {
    ...agents,
    spiffeId: 'spiffe://{{trustDomain}}/a',
    brokers: ['spiffe://{{trustDomain}}/mesh'],
  };
  const granted = (broker: string | undefined) =>
    matchPolicies(
      set(brokered, { ...brokered, id: 'plain', spiffeId: 'spiffe://{{trustDomain}}/b', brokers: undefined }),
      { ...container(), broker },
      trustDomain,
    );

  it('gets what lists it and nothing else', () => {
    expect([...granted('spiffe://moltbook.test/mesh').keys()]).toEqual(['spiffe://moltbook.test/a']);
    expect([...granted(undefined).keys()]).toHaveLength(2);
  });

  it.each([
    '',
    'mesh',
    'spiffe://moltbook.test/mesh/',
    'spiffe://moltbook.test/meshx',
    'spiffe://other.test/mesh',
  ])('that is %j gets nothing', (broker) => {
    expect(granted(broker).size).toBe(0);
  });
});

describe('a set of ten thousand policies', () => {
  it('holds a workload against those alone that one of its selectors may meet', () => {
    const policies = Array.from({ length: 10_000 }, (_, index) => ({
      id: `p-${index}`,
      selectors: ['unix:uid:7', `docker:label:agent:a${index}`],
      spiffeId: `spiffe://{{trustDomain}}/static/${index}`,
    }));
    const paths = Array.from({ length: 1000 }, (_, index) => ({
      id: `path-${index}`,
      selectors: [`interpreter:path:/a${index}/{x}/run`, '{y}:gid:7'],
      spiffeId: `spiffe://{{trustDomain}}/path/${index}/{x}/{y}`,
    }));
    const captures = { ...agents, selectors: ['unix:{kind}:7'], id: 'captures' };
    const many = set(...policies, captures, ...paths, { ...captures, selectors: ['{all}:7'], id: 'all' });
    const { node, selectors: attested } = container('agent:a77', 'com.example.agent:ada');
    const selectors = [...attested, 'interpreter:path:/a33/z/run', 'unix:gid:7'];
    const candidates = many.candidatesFor(selectors).map(({ policy }) => policy.id);
    expect(candidates).toEqual(['p-77', 'captures', 'path-33', 'all']);
    expect([...matchPolicies(many, { node, selectors }, trustDomain).keys()]).toEqual([
      'spiffe://moltbook.test/static/77',
      'spiffe://moltbook.test/agent/ada',
      'spiffe://moltbook.test/path/33/z/unix',
    ]);
  });
});
