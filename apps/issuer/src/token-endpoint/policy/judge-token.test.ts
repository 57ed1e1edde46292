import { type TokenPolicy, tokenAdministration } from '@blastradius/contracts';
import type { AccessToken } from '@blastradius/spiffe';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actorsOf, type TokenWish } from '../request/token-wish.ts';
import { TokenRequestRefused } from '../token-endpoint.errors.ts';
import { judgeToken, type TokenRules, tokenRules } from './judge-token.ts';

const now = new Date('2026-11-24T12:00:00Z');
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000);
const id = (name: string) => `spiffe://moltbook.test/agent/${name}`;
const [ada, bob, cyd, eve, rs] = [id('ada'), id('bob'), id('cyd'), id('eve'), 'https://rs.test'];
const policy = (changes: Partial<TokenPolicy>): TokenPolicy =>
  tokenAdministration.tokenPolicy.parse({ id: 'p', client: ada, ...changes });
const policies = [
  policy({
    id: 'ada',
    grants: ['client_credentials', 'jwt-bearer', 'token-exchange'],
    audiences: [rs, bob, cyd],
    scopes: ['read', 'write'],
    delegationDepthMax: 2,
  }),
  policy({
    id: 'bob',
    client: bob,
    grants: ['token-exchange'],
    audiences: [rs, cyd, 'https://bobs.test'],
    scopes: ['read', 'admin'],
    mayActFor: [ada],
    delegationDepthMax: 2,
  }),
  policy({
    id: 'cyd',
    client: cyd,
    grants: ['token-exchange', 'jwt-bearer'],
    audiences: [rs],
    scopes: ['read'],
    mayActFor: ['spiffe://moltbook.test/agent/*'],
    mayImpersonate: [ada],
    delegationDepthMax: 8,
  }),
];
const bound = { jkt: 'k'.repeat(43) };
const wish = (changes: Partial<TokenWish> = {}): TokenWish => ({
  grant: 'client_credentials',
  client: ada,
  subject: ada,
  subjectToken: null,
  actor: null,
  audience: [rs],
  scopes: ['read'],
  sender: { keyThumbprint: bound.jkt },
  confirmation: bound,
  ends: [],
  now,
  ...changes,
});
const token = (changes: Partial<AccessToken> = {}): AccessToken => ({
  issuer: 'https://as.test',
  subject: ada,
  clientId: ada,
  audience: [bob],
  scopes: ['read'],
  actors: [],
  confirmation: { jkt: 'a'.repeat(43) },
  tokenId: 't',
  issuedAt: now,
  expiresAt: later(200),
  ...changes,
});
/** Bob, to whom ada has sent her token, acts for her. */
const delegation = (changes: Partial<TokenWish> = {}, ofToken: Partial<AccessToken> = {}) =>
  wish({
    grant: 'token-exchange',
    client: bob,
    actor: bob,
    subjectToken: token(ofToken),
    ends: [later(200)],
    ...changes,
  });

const allowed: Readonly<Record<string, TokenWish>> = {
  'a client in its own name': wish(),
  'a client by its assertion': wish({ grant: 'jwt-bearer' }),
  'an actor for the subject that sent it the token': delegation(),
  'a second actor after the first': delegation(
    { client: cyd, actor: cyd },
    { actors: [bob], clientId: bob, audience: [cyd] },
  ),
  'an actor for a subject that gave it an assertion': delegation({ subjectToken: null }),
  'a holder who narrows what it has': wish({
    grant: 'token-exchange',
    subjectToken: token({ confirmation: bound }),
    scopes: [],
  }),
  'an actor who narrows what it has': delegation({ actor: null }, { actors: [bob], clientId: bob }),
  'one who may stand in unnamed': delegation({ client: cyd, actor: null }, { audience: [cyd] }),
};

/** Each breaks the rule that it names, and no other. */
const violations: readonly [rule: keyof typeof tokenRules.wish | string, what: string, TokenWish][] = [
  [
    'actor-is-client',
    'an actor other than who asks',
    delegation({ client: cyd, actor: bob }, { audience: [cyd] }),
  ],
  ['presenter', 'a token that was sent to another', delegation({}, { audience: [cyd] })],
  [
    'presenter',
    'the holder of a bound token without the key',
    wish({ grant: 'token-exchange', subjectToken: token({ audience: [cyd] }) }),
  ],
  [
    'presenter',
    'the holder of a bound token with no proof at all',
    wish({ grant: 'token-exchange', subjectToken: token({ audience: [cyd] }), sender: {} }),
  ],
  ['scope-of-subject', 'more scope than the subject token has', delegation({}, { scopes: ['write'] })],
  ['not-ended', 'a subject token that has ended', delegation({ ends: [now] })],
  ['client', 'a client of no policy', wish({ client: eve, subject: eve })],
  ['grant', 'a grant that the client may not use', wish({ client: bob, subject: bob })],
  ['audience', 'an audience of no policy', wish({ audience: ['https://else.test'] })],
  ['audience', 'one good audience and another', wish({ audience: [rs, 'https://else.test'] })],
  ['scope', 'a scope of no policy', wish({ scopes: ['read', 'admin'] })],
  [
    'may-act',
    'an actor for whom it may not act',
    delegation({ client: bob, actor: bob, subject: cyd, scopes: [] }, { subject: cyd, clientId: cyd }),
  ],
  ['may-impersonate', 'one who may not stand in unnamed', delegation({ actor: null })],
  [
    'may-impersonate',
    'one who would drop an actor that it may not stand in for',
    delegation({ client: cyd, actor: null }, { actors: [bob], audience: [cyd] }),
  ],
  ['bearer', 'a token that nothing binds', wish({ confirmation: null, sender: {} })],
  [
    'party-audience',
    'an audience that the actor may reach and the subject may not',
    delegation({ audience: ['https://bobs.test'] }),
  ],
  [
    'party-scope',
    'a scope that actor and token have and the subject may not',
    delegation({ scopes: ['admin'] }, { scopes: ['admin'] }),
  ],
  [
    'party-depth',
    'a third actor, where the subject allows two',
    delegation({ client: cyd, actor: cyd }, { actors: [bob, bob], clientId: bob, audience: [cyd] }),
  ],
  [
    'depth',
    'a third actor, where the actor itself allows two',
    delegation({ subject: cyd, scopes: ['read'] }, { subject: cyd, actors: [cyd, cyd] }),
  ],
];
/** Of `depth` and `may-act`: where cyd is the subject, bob has to be allowed to act for it. */
const withBobForCyd = policies.map((one) => (one.id === 'bob' ? { ...one, mayActFor: [ada, cyd] } : one));
const policiesFor = (rule: string) => (rule === 'depth' ? withBobForCyd : policies);

const codeOf = (asked: TokenWish, of: readonly TokenPolicy[], rules?: TokenRules): string => {
  try {
    judgeToken(asked, of, rules);
    return 'allowed';
  } catch (error) {
    if (error instanceof TokenRequestRefused) return error.code;
    throw error;
  }
};
const without = (rule: string): TokenRules => {
  const left = <T extends object>(rules: T) =>
    Object.fromEntries(Object.entries(rules).filter(([name]) => name !== rule)) as T;
  return { wish: left(tokenRules.wish), client: left(tokenRules.client), party: left(tokenRules.party) };
};

describe('a token is given to', () => {
  it.each(Object.entries(allowed))('%s', (_, asked) => {
    expect(codeOf(asked, policies)).toBe('allowed');
  });

  it('nobody where there are no policies', () => {
    for (const asked of Object.values(allowed)) expect(codeOf(asked, [])).not.toBe('allowed');
  });
});

describe('a token is refused to', () => {
  it.each(violations)('%s: %s', (rule, _, asked) => {
    expect(codeOf(asked, policiesFor(rule))).toBe(`token.${rule}`);
  });

  it('control: each rule has a violation, and without the rule that violation gets a token', () => {
    const rules = Object.values(tokenRules).flatMap((of) => Object.keys(of));
    expect(new Set(violations.map(([rule]) => rule))).toEqual(new Set(rules));
    for (const [rule, what, asked] of violations) {
      const asIfWithout = codeOf(asked, policiesFor(rule), without(rule));
      expect(asIfWithout, `${rule}: ${what}`).toBe('allowed');
    }
  });
});

describe('a chain of exchanges', () => {
  const names = fc.constantFrom(ada, bob, cyd);
  const step = fc.record({
    client: names,
    isActor: fc.boolean(),
    audience: fc.subarray([rs, bob, cyd, 'https://bobs.test'], { minLength: 1 }),
    scopes: fc.subarray(['read', 'write', 'admin']),
    ttlSeconds: fc.integer({ min: 1, max: 900 }),
  });
  const generous = policies.map((one) => ({
    ...one,
    mayImpersonate: [ada, bob, cyd],
    mayActFor: [ada, bob, cyd],
  }));

  it('never adds scope, time or reach to what its beginning had, and leaves no actor out', () => {
    let exchanges = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 8 }), (steps) => {
        let held = token({ audience: [ada, bob, cyd], scopes: ['read', 'write'], expiresAt: later(250) });
        for (const { client, isActor, audience, scopes, ttlSeconds } of steps) {
          const asked = delegation({
            client,
            actor: isActor ? client : null,
            subjectToken: held,
            audience,
            scopes,
            ends: [held.expiresAt, later(ttlSeconds)],
          });
          if (codeOf(asked, generous) !== 'allowed') continue;
          exchanges += 1;
          const { expiresAt } = judgeToken(asked, generous);
          const actors = actorsOf(asked);
          expect(held.scopes).toEqual(expect.arrayContaining([...scopes]));
          expect(expiresAt <= held.expiresAt).toBe(true);
          expect(actors.slice(actors.length - held.actors.length)).toEqual(held.actors);
          expect(actors.length).toBeLessThanOrEqual(2);
          // Ada, in whose name it all is, may not reach it.
          expect(audience).not.toContain('https://bobs.test');
          held = {
            ...held,
            clientId: client,
            actors,
            audience: [...audience, ada, bob, cyd],
            scopes,
            expiresAt,
          };
        }
      }),
      { numRuns: 300 },
    );
    expect(exchanges).toBeGreaterThan(20);
  });
});
