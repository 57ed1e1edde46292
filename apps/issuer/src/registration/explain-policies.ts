import type { PolicyExplanation, PolicyRefusal } from '@blastradius/contracts';
import { type AttestedWorkload, type CompiledPolicy, identitiesOf, matchAll } from './policy-matching.ts';

/** A workload, with no node where it is not known beside which sidecar it will ask. */
export interface ExplainedWorkload extends Omit<AttestedWorkload, 'node'> {
  readonly node?: string | undefined;
}

/**
 * Of each policy what it grants the workload, or the first reason why it grants nothing: in the order in
 * which `matchPolicies` looks. Pure. For the operator alone: a workload never learns why.
 */
export function explainPolicies(
  policies: readonly CompiledPolicy[],
  workload: ExplainedWorkload,
  trustDomain: string,
): PolicyExplanation[] {
  return policies.map((compiled) => {
    const { id: policyId, spiffeId: template, nodes } = compiled.policy;
    const about = { policyId, template, ...(nodes === undefined ? {} : { nodes }) };
    const refusal = refusalBefore(compiled, workload);
    if (refusal !== undefined) return { ...about, spiffeIds: [], refusal };
    const spiffeIds = matchAll(compiled.selectors, workload.selectors).flatMap((captures) =>
      identitiesOf(compiled.policy, captures, trustDomain).map(({ spiffeId }) => spiffeId),
    );
    if (spiffeIds.length > 0) return { ...about, spiffeIds: [...new Set(spiffeIds)] };
    const detail = `what the selectors capture makes no SPIFFE ID that may be granted of ${template}`;
    return { ...about, spiffeIds: [], refusal: { reason: 'identity-unusable', detail } };
  });
}

/** Why the template is not even filled. */
function refusalBefore(
  { policy, selectors: patterns }: CompiledPolicy,
  { node, selectors }: ExplainedWorkload,
): PolicyRefusal | undefined {
  if (node !== undefined && policy.nodes !== undefined && !policy.nodes.includes(node)) {
    return {
      reason: 'node-not-allowed',
      detail: `only the nodes ${policy.nodes.join(', ')} may ask, not ${node}`,
    };
  }
  const missing = policy.selectors.filter((_, index) => {
    return !selectors.some((selector) => patterns[index]?.match(selector));
  });
  if (missing.length > 0) return { reason: 'selector-missing', detail: missing.join(', ') };
  if (matchAll(patterns, selectors).length > 0) return undefined;
  return { reason: 'captures-disagree', detail: 'the same name would take two values' };
}
