import { expect, test } from 'vitest';
import { PolicyFileInvalid } from './policy-file.errors.ts';
import { parsePolicyFile } from './read-policy-file.ts';

/** Lines 1 to 4 of a file with one policy; what a case changes or adds is named by its place. */
const GOOD = {
  id: '  - id: agents',
  selectors: "    selectors: ['docker:image_config_digest:sha256:aa', 'unix:path:/srv/{app}/run']",
  spiffeId: '    spiffeId: spiffe://{{trustDomain}}/{app}/{{docker.label.agent}}',
};
const fileWith = (changes: Partial<typeof GOOD> & { more?: string }) => {
  const { id, selectors, spiffeId, more } = { ...GOOD, ...changes };
  return ['policies:', id, selectors, spiffeId, ...(more === undefined ? [] : [`    ${more}`])].join('\n');
};
const id = (template: string) => fileWith({ spiffeId: `    spiffeId: ${template}` });
const more = (text: string) => fileWith({ more: text });
const prefix = "'spiffe://{{trustDomain}}";

const problemsOf = (text: string) => {
  try {
    parsePolicyFile(text, 'p.yaml', 'moltbook.test');
    return '';
  } catch (error) {
    if (error instanceof PolicyFileInvalid) return error.message;
    throw error;
  }
};

test('the file that the cases change is good', () => {
  const { policies, warnings } = parsePolicyFile(fileWith({}), 'p.yaml', 'moltbook.test');
  expect([policies.length, warnings]).toEqual([1, []]);
});

test.each([
  ['text that is no YAML', 'policies: [', '1:', 'YAML 1.2 or JSON'],
  ['no policies', 'policy: []', '1:1 policies: ', 'expected array'],
  ['a list at the top', '- id: a', '1:1 ', 'expected object'],
  ['a field twice', more('spiffeId: x'), '5:5 ', 'Map keys must be unique'],
  [
    'a misspelt field',
    more('dnsName: [a.test]'),
    '5:5 policies.0.dnsName: ',
    'not a known field; try dnsNames',
  ],
  ['a misspelt lifetime', more('ttlSeconds: { X509: 60 }'), '5:19 policies.0.ttlSeconds.X509: ', 'try x509'],
  ['an id in capitals', fileWith({ id: '  - id: Agents' }), '2:9 policies.0.id: ', 'try text matching'],
  ['no selectors', fileWith({ selectors: '    selectors: []' }), '3:16 policies.0.selectors: ', 'Too small'],
  ['a lifetime of zero', more('ttlSeconds: { jwt: 0 }'), '5:24 policies.0.ttlSeconds.jwt: ', 'above 0'],
  [
    'a lifetime that is a text',
    more('ttlSeconds: { jwt: 5m }'),
    '5:24 policies.0.ttlSeconds.jwt: ',
    'number',
  ],
  ['a node that is no name', more('nodes: [a b]'), '5:13 policies.0.nodes.0: ', 'text matching'],
  [
    'an unclosed placeholder',
    id(`${prefix}/{{docker.label.agent}'`),
    '4:41 policies.0.spiffeId: ',
    '"{" without its counterpart',
  ],
  [
    'a closing brace alone',
    id(`${prefix}/agent}'`),
    '4:46 policies.0.spiffeId: ',
    '"}" without its counterpart',
  ],
  [
    'spaces in a placeholder',
    id(`${prefix}/{{ docker.label.agent }}'`),
    '4:41 policies.0.spiffeId: ',
    'try {{docker.label.agent}}',
  ],
  [
    'an attribute in one brace',
    id(`${prefix}/{docker.label.agent}'`),
    '4:41 ',
    'stands in two braces; try {{docker.label.agent}}',
  ],
  [
    'a slip in an attribute',
    id(`${prefix}/{{docker.lable.agent}}'`),
    '4:41 ',
    'no attestor gives an attribute {{docker.lable.agent}}; try {{docker.label.agent}}',
  ],
  [
    'an attestor that is not there',
    id(`${prefix}/{{k8s.ns}}'`),
    '4:41 ',
    'no attestor gives an attribute {{k8s.ns}}',
  ],
  [
    'a label without its key',
    id(`${prefix}/{{docker.label}}'`),
    '4:41 ',
    'needs a key of A-Z a-z 0-9 . _ / -; try {{docker.label.agent}}',
  ],
  ['a key where none is', id(`${prefix}/{{unix.uid.x}}'`), '4:41 ', 'has no key; try {{unix.uid}}'],
  ['a default', id(`${prefix}/{{docker.label.agent|none}}'`), '4:41 ', 'needs a key of'],
  ['a name that nothing captures', id(`${prefix}/{ap}'`), '4:41 ', 'nothing gives {ap} a value; try {app}'],
  [
    'two placeholders that touch',
    id(`${prefix}/{app}{{docker.label.agent}}'`),
    '4:46 ',
    'two placeholders share one piece between "/"',
  ],
  [
    'two placeholders in one segment',
    id(`${prefix}/{app}-{{docker.label.agent}}'`),
    '4:47 ',
    'two workloads with different values could get the same; try a "/" between them',
  ],
  [
    'another scheme',
    id('https://x.test/{app}'),
    '4:15 policies.0.spiffeId: ',
    'makes no SPIFFE ID; try spiffe://{{trustDomain}}/...',
  ],
  [
    'another trust domain',
    id('spiffe://other.test/{app}'),
    '4:15 ',
    'leaves the trust domain; try {{trustDomain}}',
  ],
  ['a trust domain that a workload chooses', id("'spiffe://{app}/x'"), '4:15 ', 'leaves the trust domain'],
  ['a path that goes up', id(`${prefix}/../{app}'`), '4:15 ', 'spiffe-id.dot-segment'],
  ['an empty segment', id(`${prefix}//{app}'`), '4:15 ', 'spiffe-id.empty-segment'],
  ['a slash at the end', id(`${prefix}/{app}/'`), '4:15 ', 'spiffe-id.trailing-slash'],
  ['what no path holds', id(`${prefix}/a b/{app}'`), '4:15 ', 'spiffe-id.path-character'],
  ['no path', id(`${prefix}'`), '4:15 ', 'the SPIFFE ID of a workload has a path'],
  ['an ID of the plane', id(`${prefix}/sidecar/{app}'`), '4:15 ', 'belongs to the identity plane'],
  ['an ID beyond the limit', id(`${prefix}/${'a'.repeat(2040)}/{app}'`), '4:15 ', 'spiffe-id.too-long'],
  ['instances that are not used', more('instances: [a]'), '4:15 ', 'does not use {instance}'],
  [
    'an instance without instances',
    id(`${prefix}/{{instance}}'`),
    '4:41 ',
    'nothing gives {{instance}} a value',
  ],
  [
    'a selector with an attribute',
    fileWith({ selectors: "    selectors: ['unix:uid:{{unix.uid}}', 'a:{app}']" }),
    '3:27 policies.0.selectors.0: ',
    'a selector captures with {name}',
  ],
  [
    'a selector that captures the trust domain',
    fileWith({ selectors: "    selectors: ['a:{trustDomain}', 'b:{app}']" }),
    '3:20 policies.0.selectors.0: ',
    'must not capture {trustDomain}',
  ],
  [
    'a DNS name that is none',
    more("dnsNames: ['a_b.test']"),
    '5:16 policies.0.dnsNames.0: ',
    'makes no DNS name',
  ],
  ['a wildcard', more("dnsNames: ['*.test']"), '5:16 policies.0.dnsNames.0: ', 'makes no DNS name'],
  [
    'a DNS label of two values',
    more("dnsNames: ['{app}-{{unix.uid}}.test']"),
    '5:23 policies.0.dnsNames.0: ',
    'share one piece between "."',
  ],
  [
    'a claim of the standard',
    more("claims: { sub: '{app}' }"),
    '5:20 policies.0.claims.sub: ',
    'the standard’s'.replace('’', "'"),
  ],
  [
    'a claim that makes a token worth another key',
    more('claims: { cnf: x }'),
    '5:20 policies.0.claims.cnf: ',
    'no policy may set it; try another name, such as workload_cnf',
  ],
  [
    'a claim without a usable name',
    more("claims: { 'a b': x }"),
    '5:22 policies.0.claims.a b: ',
    'the name of a claim',
  ],
  [
    'a claim of two values',
    more("claims: { model: '{app} {{unix.uid}}' }"),
    '5:29 policies.0.claims.model: ',
    'two placeholders share one text',
  ],
  [
    'a claim too long',
    more(`claims: { model: ${'m'.repeat(300)} }`),
    '5:22 policies.0.claims.model: ',
    'at most 256 bytes',
  ],
  [
    'a claim that is no text',
    more('claims: { model: 4 }'),
    '5:22 policies.0.claims.model: ',
    'expected string',
  ],
  [
    'a broker that is a pattern',
    more("brokers: ['spiffe://{{trustDomain}}/{app}']"),
    '5:15 policies.0.brokers.0: ',
    'a broker is one SPIFFE ID',
  ],
  [
    'a broker that is no SPIFFE ID',
    more('brokers: [mesh]'),
    '5:15 policies.0.brokers.0: ',
    'named by its SPIFFE ID',
  ],
  [
    'a broker of another trust domain',
    more("brokers: ['spiffe://other.test/mesh']"),
    '5:15 ',
    'of our own trust domain',
  ],
  ['a federation with itself', more('federatesWith: [moltbook.test]'), '5:21 ', 'federates with its own'],
  [
    'a federation with an ID',
    more("federatesWith: ['spiffe://other.test']"),
    '5:21 ',
    'no trust domain (spiffe-id.trust-domain-character); try other.test',
  ],
  [
    'two of one id',
    `${fileWith({})}\n${GOOD.id}\n${GOOD.selectors}\n${GOOD.spiffeId}`,
    '5:9 policies.1.id: ',
    'there are two policies of this id',
  ],
])('%s is refused with line, column, field and reason', (_, text, place, reason) => {
  const message = problemsOf(text);
  expect(message).toContain(reason);
  expect(message.split('\n').find((line) => line.includes(reason))).toMatch(`p.yaml:${place}`);
});

test('all that is wrong is said at once, in JSON as well', () => {
  const policy = {
    id: 'a',
    selectors: ['x'],
    spiffeId: 'spiffe://{{trustDomain}}/{{unix.udi}}',
    brokers: ['y'],
  };
  const message = problemsOf(JSON.stringify({ policies: [policy] }, null, 2));
  expect(message).toContain('p.yaml:8:45 policies.0.spiffeId: policy a: no attestor gives');
  expect(message).toContain('p.yaml:10:9 policies.0.brokers.0: ');
});

test('aliases that multiply themselves are refused', () => {
  const rows = Array.from({ length: 9 }, (_, index) => {
    const before = Array.from({ length: 9 }, () => `*a${index}`).join(',');
    return `a${index + 1}: &a${index + 1} [${before}]`;
  });
  expect(problemsOf(`a0: &a0 [x]\n${rows.join('\n')}\npolicies: *a9`)).toContain('too many aliases');
});

test('policies that may give one ID to different workloads are warned of, and taken', () => {
  const two = (first: string, second: string) =>
    parsePolicyFile(
      `policies:
  - { id: a, selectors: ['unix:uid:1'], spiffeId: 'spiffe://{{trustDomain}}/${first}' }
  - { id: b, selectors: ['unix:uid:2'], spiffeId: 'spiffe://{{trustDomain}}/${second}' }`,
      'p.yaml',
      undefined,
    ).warnings.map(({ line, message }) => `${line} ${message}`);
  const warning = '3 policy b: it can make the same SPIFFE ID as policy a, of other attributes';
  expect(two('agent/{{unix.user}}', 'agent/{{docker.label.a}}')).toEqual([warning]);
  expect(two('agent/x-{{unix.user}}', 'agent/{{docker.label.a}}-y')).toEqual([warning]);
  expect(two('agent/{{unix.user}}', 'agent/ada')).toEqual([warning]);
  expect(two('agent/{{unix.user}}', 'user/{{docker.label.a}}')).toEqual([]);
  expect(two('agent/x-{{unix.user}}', 'agent/y-{{docker.label.a}}')).toEqual([]);
  expect(two('agent/{{unix.user}}', 'agent/{{unix.user}}')).toEqual([]);
  expect(two('agent/ada', 'agent/ada')).toEqual([]);
});

test('a capture that the template does not use is warned of', () => {
  const text = fileWith({ spiffeId: `    spiffeId: ${prefix}/{{docker.label.agent}}'` });
  const [warning] = parsePolicyFile(text, 'p.yaml', undefined).warnings;
  expect(warning).toMatchObject({ line: 3, path: 'policies.0.selectors.1' });
});
