import type { PolicyExplanation, PolicyRefusal } from '@blastradius/contracts';
import type { CompiledPolicy } from '../matching/compiled-policy.ts';
import type { AttestedWorkload, GrantedIdentity, SvidTtls } from '../matching/granted-identity.ts';
import { isBroker, matchAll, outcomesOf } from '../matching/match-policies.ts';
import type { PolicySet } from '../matching/policy-set.ts';
import { AttestedValues } from '../template/attested-values.ts';
import { placesOf } from '../template/parse-template.ts';

/** A workload, with no node where it is not known beside which sidecar it will ask. */
export interface ExplainedWorkload extends Omit<AttestedWorkload, 'node'> {
  readonly node?: string | undefined;
}

/** Of the issuer that is asked. */
export interface ExplainedIssuer {
  readonly trustDomain: string;
  /** Its own figures. */
  readonly ttlSeconds: SvidTtls;
}

/**
 * Of each policy what it grants the workload, or the first reason why it grants nothing: in the order in
 * which `matchPolicies` looks. Pure. For the operator alone: a workload never learns why.
 */
export function explainPolicies(
  policies: PolicySet,
  workload: ExplainedWorkload,
  issuer: ExplainedIssuer,
): PolicyExplanation[] {
  const attested = new AttestedValues(workload.selectors);
  return policies.all.map((compiled) => {
    const { id: policyId, spiffeId: template, nodes } = compiled.policy;
    const about = { policyId, template, ...(nodes === undefined ? {} : { nodes }) };
    const refusal = refusalBefore(compiled, workload, issuer.trustDomain);
    if (refusal !== undefined) return { ...about, spiffeIds: [], refusal };
    const outcomes = matchAll(compiled.selectors, workload.selectors).map((captures) =>
      outcomesOf(compiled, { ...workload, captures, attested, trustDomain: issuer.trustDomain }),
    );
    const identities = outcomes.flatMap((outcome) => outcome.identities);
    const attributes = attributesOf(compiled, workload, attested);
    const [first] = identities;
    if (first === undefined) {
      const why = outcomes.find((outcome) => outcome.refusal !== undefined)?.refusal;
      const nothing = { reason: 'identity-unusable', detail: 'the policy has no instances' } as const;
      return { ...about, spiffeIds: [], attributes, refusal: why ?? nothing };
    }
    const spiffeIds = [...new Set(identities.map(({ spiffeId }) => spiffeId))];
    return { ...about, spiffeIds, attributes, terms: termsOf(first, issuer.ttlSeconds) };
  });
}

/** Why the templates are not even filled. */
function refusalBefore(
  compiled: CompiledPolicy,
  { node, selectors, broker }: ExplainedWorkload,
  trustDomain: string,
): PolicyRefusal | undefined {
  const { policy, selectors: patterns } = compiled;
  if (node !== undefined && policy.nodes !== undefined && !policy.nodes.includes(node)) {
    return {
      reason: 'node-not-allowed',
      detail: `only the nodes ${policy.nodes.join(', ')} may ask, not ${node}`,
    };
  }
  if (broker !== undefined && !isBroker(compiled, broker, trustDomain)) {
    return { reason: 'broker-not-allowed', detail: `the policy does not list ${broker}` };
  }
  const missing = policy.selectors.filter((_, index) => {
    return !selectors.some((selector) => patterns[index]?.match(selector));
  });
  if (missing.length > 0) return { reason: 'selector-missing', detail: missing.join(', ') };
  if (matchAll(patterns, selectors).length > 0) return undefined;
  return { reason: 'captures-disagree', detail: 'the same name would take two values' };
}

/** Those of its attributes that have one value. */
function attributesOf(
  { templates }: CompiledPolicy,
  { node }: ExplainedWorkload,
  attested: AttestedValues,
): Record<string, string> {
  if ('message' in templates) return {};
  const { spiffeId, hint, dnsNames, claims } = templates;
  const all = [
    spiffeId,
    ...(hint === undefined ? [] : [hint]),
    ...dnsNames,
    ...claims.map(([, claim]) => claim),
  ];
  const names = all
    .flatMap(placesOf)
    .filter(({ kind, name }) => kind === 'attribute' && name !== 'trustDomain' && name !== 'instance')
    .map(({ name }) => name);
  const valued = [...new Set(names)].flatMap((name): [string, string][] => {
    const values = name === 'node' ? [node].filter((value) => value !== undefined) : attested.of(name);
    const [value] = values;
    return value !== undefined && values.length === 1 ? [[name, value]] : [];
  });
  return Object.fromEntries(valued);
}

function termsOf({ hint, dnsNames, claims, ttlSeconds }: GrantedIdentity, own: SvidTtls) {
  const ttl = (kind: keyof SvidTtls) => Math.min(ttlSeconds[kind] ?? own[kind], own[kind]);
  return {
    hint,
    dnsNames: [...dnsNames],
    claims: { ...claims },
    ttlSeconds: { x509: ttl('x509'), jwt: ttl('jwt'), wit: ttl('wit') },
  };
}
