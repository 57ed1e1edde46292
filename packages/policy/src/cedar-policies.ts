import { randomUUID } from 'node:crypto';
import {
  type AuthorizationAnswer,
  preparsePolicySet,
  preparseSchema,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs';
import { checkPolicies } from './check-policies.ts';
import { PolicyInvalid } from './policy.errors.ts';
import type { PolicySource } from './policy-source.ts';

export interface PolicyRequest {
  /** A SPIFFE ID. */
  readonly principal: string;
  /** The groups that the operator has put it in. */
  readonly groups: readonly string[];
  readonly action: string;
  readonly resource: { readonly type: string; readonly id: string };
}

export interface PolicyDecision {
  readonly decision: 'allow' | 'deny';
  /** The ids of those that decided; none where no policy permits it, which denies. */
  readonly policies: readonly string[];
}

/** As many as some thousand agents need; the decision of a stranger costs one evaluation. */
const REMEMBERED_MAX = 50_000;

/**
 * Cedar policies, checked and parsed once. A decision depends on the request alone, so each is evaluated
 * once (about a quarter of a millisecond, most of it JSON on the way into the module) and remembered.
 */
export class CedarPolicies {
  readonly #name = randomUUID();
  readonly #remembered = new Map<string, PolicyDecision>();

  /** Throws `PolicyInvalid`. */
  constructor(source: PolicySource) {
    const policies = checkPolicies(source);
    const kept = [
      preparseSchema(this.#name, source.schema.text),
      preparsePolicySet(this.#name, { staticPolicies: policies }),
    ];
    for (const answer of kept) {
      if (answer.type === 'failure') {
        throw new PolicyInvalid(source.schema.name, 1, answer.errors[0]?.message ?? 'is no Cedar');
      }
    }
  }

  decide(request: PolicyRequest): PolicyDecision {
    const { principal, groups, action, resource } = request;
    const key = JSON.stringify([principal, groups, action, resource.type, resource.id]);
    const known = this.#remembered.get(key);
    if (known) return known;
    const decision = this.#evaluate(request);
    if (this.#remembered.size >= REMEMBERED_MAX) this.#remembered.clear();
    this.#remembered.set(key, decision);
    return decision;
  }

  #evaluate({ principal, groups, action, resource }: PolicyRequest): PolicyDecision {
    const uid = { type: 'Agent', id: principal };
    return decisionOf(
      statefulIsAuthorized({
        principal: uid,
        action: { type: 'Action', id: action },
        resource,
        context: {},
        preparsedPolicySetId: this.#name,
        preparsedSchemaName: this.#name,
        validateRequest: true,
        entities: [{ uid, attrs: {}, parents: groups.map((id) => ({ type: 'Group', id })) }],
      }),
    );
  }
}

/** What Cedar can't evaluate, an action that the schema doesn't know say, is denied. */
function decisionOf(answer: AuthorizationAnswer): PolicyDecision {
  if (answer.type === 'failure') return { decision: 'deny', policies: [] };
  const { decision, diagnostics } = answer.response;
  // A policy that failed was skipped, and it might have been a forbid.
  if (diagnostics.errors.length > 0) {
    return { decision: 'deny', policies: diagnostics.errors.map(({ policyId }) => policyId) };
  }
  return { decision, policies: diagnostics.reason };
}
