import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CedarPolicies } from './cedar-policies.ts';
import { PolicyInvalid } from './policy.errors.ts';
import { readPolicyFolder } from './read-policy-folder.ts';

const schema = `
entity Group;
entity Agent in [Group];
entity Network;
action "read" appliesTo { principal: [Agent], resource: [Network] };
action "write";
action "post" in ["write"] appliesTo { principal: [Agent], resource: [Network] };
action "edit-profile" in ["write"] appliesTo { principal: [Agent], resource: [Agent] };
`;
const policies = `
// Everyone reads.
@id("all-read")
permit (principal, action == Action::"read", resource);

@id("writers-write")
permit (principal in Group::"writer", action in Action::"write", resource);

@id("only-their-own-profile")
forbid (principal, action == Action::"edit-profile", resource) unless { resource == principal };
`;

const sourceOf = (text: string, schemaText = schema) => ({
  schema: { name: 'test.cedarschema', text: schemaText },
  policies: [{ name: 'test.cedar', text }],
});
const [alice, bob] = ['spiffe://moltbook.test/agent/Alice', 'spiffe://moltbook.test/agent/Bob'];
const network = { type: 'Network', id: 'moltbook' };

describe('a decision', () => {
  const cedar = new CedarPolicies(sourceOf(policies));
  const ask = (groups: string[], action: string, resource = network) =>
    cedar.decide({ principal: alice, groups, action, resource });

  it('names the policy that allowed it', () => {
    expect(ask(['writer'], 'post')).toEqual({ decision: 'allow', policies: ['writers-write'] });
    expect(ask(['reader'], 'read')).toEqual({ decision: 'allow', policies: ['all-read'] });
  });

  it('is no where nothing permits it', () => {
    expect(ask(['reader'], 'post')).toEqual({ decision: 'deny', policies: [] });
    expect(ask([], 'post').decision).toBe('deny');
  });

  it('follows a forbid whatever else permits it, and names it', () => {
    const profileOf = (id: string) => ({ type: 'Agent', id });
    expect(ask(['writer'], 'edit-profile', profileOf(alice)).decision).toBe('allow');
    expect(ask(['writer'], 'edit-profile', profileOf(bob))).toEqual({
      decision: 'deny',
      policies: ['only-their-own-profile'],
    });
  });

  it('is no for an action or a resource that the schema does not know', () => {
    expect(ask(['writer'], 'delete-everything').decision).toBe('deny');
    expect(ask(['writer'], 'post', { type: 'Agent', id: bob }).decision).toBe('deny');
  });

  it('of one agent is never given to another one, nor that of one group to another', () => {
    expect(
      cedar.decide({ principal: bob, groups: ['writer'], action: 'post', resource: network }).decision,
    ).toBe('allow');
    expect(
      cedar.decide({ principal: bob, groups: ['reader'], action: 'post', resource: network }).decision,
    ).toBe('deny');
    expect(ask(['writer'], 'post').decision).toBe('allow');
  });
});

describe('policies that nobody may start with', () => {
  const problem = (text: string, schemaText?: string) => {
    try {
      new CedarPolicies(sourceOf(text, schemaText));
    } catch (error) {
      if (error instanceof PolicyInvalid) return error.message;
      throw error;
    }
    return 'none';
  };

  it.each([
    ['no effect', policies.replace('permit', 'permti'), 'test.cedar:4: .*permti'],
    ['an unknown action', policies.replaceAll('edit-profile', 'edit-profil'), 'test.cedar:10: .*edit-profil'],
    ['an unknown entity type', policies.replace('Group::', 'Gruppe::'), 'test.cedar:7: .*Gruppe'],
    ['no id', policies.replace('@id("writers-write")', '// ä'), 'test.cedar:7: .*@id'],
    ['an id twice', policies.replace('writers-write', 'all-read'), 'test.cedar:6: .*all-read'],
    [
      'a clause that is never true',
      policies.replace('"write", resource)', '"write", resource) when { false }'),
      'test.cedar:[67]: .*impossible',
    ],
    [
      'a template',
      `${policies}@id("t") permit (principal == ?principal, action, resource);`,
      'test.cedar:11: .*template',
    ],
  ])('with %s: the line and the reason are told', (_, text, expected) => {
    expect(problem(text)).toMatch(new RegExp(expected));
  });

  it('under a schema that is none', () => {
    expect(problem(policies, `${schema}entity 7;`)).toMatch(/test.cedarschema:9: /);
  });
});

describe('a folder of policies', () => {
  const folder = mkdtempSync(join(tmpdir(), 'policies-'));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('needs a schema and at least one policy', () => {
    expect(() => readPolicyFolder(folder)).toThrow(/cedarschema/);
    writeFileSync(join(folder, 'all.cedarschema'), schema);
    expect(() => readPolicyFolder(folder)).toThrow(/\.cedar /);
    writeFileSync(join(folder, 'agents.cedar'), policies);
    expect(readPolicyFolder(folder).policies).toEqual([{ name: 'agents.cedar', text: policies }]);
    expect(() => readPolicyFolder(join(folder, 'nowhere'))).toThrow(PolicyInvalid);
  });
});
