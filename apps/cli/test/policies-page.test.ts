import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { issuerAdministration } from '@blastradius/contracts';
import { matchPolicies, PolicySet } from '@blastradius/issuance-policy';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { parsePolicyFile } from '../src/policy/read-policy-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../../docs/policies.md'), 'utf8');
const examples = [...page.matchAll(/```yaml policies\n([\s\S]*?)```/g)].map(([, text = '']) => text);

test('every example of docs/policies.md is a file that is taken without a warning', () => {
  expect(examples.length).toBeGreaterThan(3);
  for (const text of examples)
    expect(parsePolicyFile(text, 'policies.md', 'moltbook.test').warnings).toEqual([]);
});

test('the template of docs/policies.md makes what the page says', () => {
  const [, text = ''] = examples;
  const { policies } = issuerAdministration.policiesRequest.parse(parse(text));
  const digest = policies[0]?.selectors[0] ?? '';
  const selectors = [digest, 'docker:label:agent:ada', 'docker:label:model:m-1'];
  const granted = matchPolicies(new PolicySet(policies), { node: 'n', selectors }, 'moltbook.test');
  expect(granted.get('spiffe://moltbook.test/agent/ada')).toMatchObject({
    dnsNames: ['ada.agents.example.org'],
    claims: { model: 'm-1', owner: 'team-a' },
    ttlSeconds: { x509: 900, jwt: 60 },
  });
});

test('every field of a policy stands in the table of docs/policies.md', () => {
  for (const field of Object.keys(issuerAdministration.issuancePolicy.shape))
    expect(page).toContain(`| \`${field}\` |`);
});
