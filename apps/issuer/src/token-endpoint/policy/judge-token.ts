import type { TokenPolicy } from '@blastradius/contracts';
import { provesConfirmation } from '@blastradius/spiffe';
import { actorsOf, speakerOf, type TokenWish } from '../request/token-wish.ts';
import { type OauthError, TokenRequestRefused } from '../token-endpoint.errors.ts';
import { matchesWorkload } from './workload-pattern.ts';

/** What may be given, and by which policy. */
export interface TokenAllowance {
  readonly policyId: string;
  readonly expiresAt: Date;
}

interface Rule<Subject> {
  readonly error: OauthError;
  readonly holds: (wish: TokenWish, subject: Subject) => boolean;
}
type Rules<Subject> = Readonly<Record<string, Rule<Subject>>>;

/** What has to hold of the tokens that were shown, whatever the policies say. */
export const wishRules: Rules<undefined> = {
  // Who proves the key is who acts, or `act` and `cnf` would name different parties.
  'actor-is-client': {
    error: 'invalid_request',
    holds: ({ actor, client }) => actor === null || actor === client,
  },
  presenter: { error: 'invalid_request', holds: mayPresent },
  'scope-of-subject': {
    error: 'invalid_scope',
    holds: ({ subjectToken, scopes }) => subjectToken === null || contains(subjectToken.scopes, scopes),
  },
  'not-ended': { error: 'invalid_request', holds: ({ ends, now }) => ends.every((end) => end > now) },
};

/** What one policy of the client has to allow, all of it. */
export const clientRules: Rules<TokenPolicy> = {
  client: {
    error: 'unauthorized_client',
    holds: ({ client }, policy) => matchesWorkload(policy.client, client),
  },
  grant: { error: 'unauthorized_client', holds: ({ grant }, { grants }) => grants.includes(grant) },
  audience: {
    error: 'invalid_target',
    holds: ({ audience }, { audiences }) => contains(audiences, audience),
  },
  scope: { error: 'invalid_scope', holds: (wish, { scopes }) => contains(scopes, wish.scopes) },
  'may-act': {
    error: 'invalid_request',
    holds: ({ actor, subject }, { mayActFor }) => actor === null || matchesAny(mayActFor, subject),
  },
  'may-impersonate': { error: 'invalid_request', holds: mayStandIn },
  depth: { error: 'invalid_request', holds: isDeepEnough },
  bearer: {
    error: 'invalid_dpop_proof',
    holds: ({ confirmation }, { bearer }) => bearer || confirmation !== null,
  },
};

/**
 * What one policy of each other party has to allow: whoever the token speaks of could have had as much
 * itself. So no exchange adds audience, scope or depth to what the parties before it may do.
 */
export const partyRules: Rules<TokenPolicy> = {
  'party-audience': clientRules['audience'] as Rule<TokenPolicy>,
  'party-scope': clientRules['scope'] as Rule<TokenPolicy>,
  'party-depth': clientRules['depth'] as Rule<TokenPolicy>,
};

export interface TokenRules {
  readonly wish: Rules<undefined>;
  readonly client: Rules<TokenPolicy>;
  readonly party: Rules<TokenPolicy>;
}
export const tokenRules: TokenRules = { wish: wishRules, client: clientRules, party: partyRules };

/** Decides over a token. Pure; throws `TokenRequestRefused`. The rules can be had fewer for tests alone. */
export function judgeToken(
  wish: TokenWish,
  policies: readonly TokenPolicy[],
  rules: TokenRules = tokenRules,
): TokenAllowance {
  for (const [name, { error, holds }] of Object.entries(rules.wish)) {
    if (!holds(wish, undefined)) throw refused(wish, error, name);
  }
  const policy = firstAllowing(wish, policies, rules.client);
  for (const party of new Set([wish.subject, ...actorsOf(wish)])) {
    if (party === wish.client) continue;
    const ofParty = policies.filter(({ client }) => matchesWorkload(client, party));
    if (ofParty.length === 0) throw refused(wish, 'invalid_request', 'party-unknown');
    firstAllowing(wish, ofParty, rules.party);
  }
  const endsAtMs = [wish.now.getTime() + policy.ttlSecondsMax * 1000, ...wish.ends.map(Number)];
  return { policyId: policy.id, expiresAt: new Date(Math.min(...endsAtMs)) };
}

/** The first of the policies in which all rules hold; the rule that leaves none over is the reason. */
function firstAllowing(
  wish: TokenWish,
  policies: readonly TokenPolicy[],
  rules: Rules<TokenPolicy>,
): TokenPolicy {
  let left = policies;
  for (const [name, { error, holds }] of Object.entries(rules)) {
    left = left.filter((policy) => holds(wish, policy));
    if (left.length === 0) throw refused(wish, error, name);
  }
  const [first] = left;
  if (first === undefined) throw refused(wish, 'unauthorized_client', 'no-policy');
  return first;
}

/**
 * Who may bring a token here: its holder, who proves the key that it is bound to, or one whom it was sent
 * to as its audience. One that was stolen on its way is neither's.
 */
function mayPresent({ subjectToken, client, sender }: TokenWish): boolean {
  if (subjectToken === null || subjectToken.audience.includes(client)) return true;
  return subjectToken.clientId === client && provesConfirmation(subjectToken.confirmation, sender);
}

/** A client that asks in its own name, or joins the chain as its actor, stands in for nobody. */
function mayStandIn(wish: TokenWish, { mayImpersonate }: TokenPolicy): boolean {
  const speaker = speakerOf(wish);
  if (wish.actor !== null || speaker === wish.client) return true;
  return matchesAny(mayImpersonate, speaker) && matchesAny(mayImpersonate, wish.subject);
}

function isDeepEnough(wish: TokenWish, { delegationDepthMax }: TokenPolicy): boolean {
  return actorsOf(wish).length <= delegationDepthMax;
}

function contains(allowed: readonly string[], wanted: readonly string[]): boolean {
  return wanted.every((one) => allowed.includes(one));
}

function matchesAny(patterns: readonly string[], spiffeId: string): boolean {
  return patterns.some((pattern) => matchesWorkload(pattern, spiffeId));
}

function refused(wish: TokenWish, error: OauthError, rule: string): TokenRequestRefused {
  const { client, subject, grant } = wish;
  // RFC 8693, section 2.2.2, and RFC 7523, section 3.1, have different words for a token that won't do.
  const said = error === 'invalid_request' && grant === 'jwt-bearer' ? 'invalid_grant' : error;
  return new TokenRequestRefused(said, `token.${rule}`, { client, subject, actors: actorsOf(wish) });
}
