import { expect, test } from 'vitest';
import { Policies } from './policies.ts';

const policies = new Policies();
// Vault's documentation, "Policies".
policies.put(
  'docs',
  `
# Allow reading secret/foo
path "secret/foo" {
  capabilities = ["read"]
}
path "secret/bar/*" { capabilities = ["create", "update"] }
path "secret/+/teamb" { capabilities = ["read"] }
path "secret/super-secret" { capabilities = ["deny"] }
path "secret/*" { capabilities = ["list"] }
`,
);
policies.put('json', '{"path":{"secret/data/agents/Ada":{"capabilities":["read"]}}}');

test.each([
  ['secret/foo', 'read', true],
  ['secret/foo', 'update', false],
  ['secret/bar/zip/zap', 'update', true],
  ['secret/bar/zip', 'read', false],
  ['secret/teama/teamb', 'read', true],
  ['secret/teama/x/teamb', 'read', false],
  ['secret/super-secret', 'read', false],
  ['secret/anything', 'list', true],
  ['other/anything', 'list', false],
  ['secret/foo2', 'read', false],
] as const)('%s, %s: %s', (path, capability, isAllowed) => {
  expect(policies.allow(['default', 'docs'], path, capability)).toBe(isAllowed);
});

test('one agent’s policy does not open another agent’s secret', () => {
  expect(policies.allow(['json'], 'secret/data/agents/Ada', 'read')).toBe(true);
  expect(policies.allow(['json'], 'secret/data/agents/Adam', 'read')).toBe(false);
  expect(policies.allow(['json'], 'secret/data/agents/Ada', 'update')).toBe(false);
});

test('what no policy allows is denied, and root may do everything', () => {
  expect(policies.allow(['unknown'], 'secret/foo', 'read')).toBe(false);
  expect(policies.allow([], 'secret/foo', 'read')).toBe(false);
  expect(policies.allow(['root'], 'sys/anything', 'delete')).toBe(true);
});

test('a policy that is not understood is refused, and never read as an empty one', () => {
  expect(() => policies.put('bad', 'path "x" { min_wrapping_ttl = "1s" }')).toThrow('failed to parse policy');
  expect(() => policies.put('bad', 'path "x" { capabilities = ["raed"] }')).toThrow('failed to parse policy');
});
