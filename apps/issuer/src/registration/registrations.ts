import type { IssuancePolicy, PolicyExplanation } from '@blastradius/contracts';
import { checkPolicies } from './check-policies.ts';
import { type ExplainedWorkload, explainPolicies } from './explain-policies.ts';
import {
  type AttestedWorkload,
  type CompiledPolicy,
  compilePolicy,
  type GrantedIdentity,
  matchPolicies,
} from './policy-matching.ts';
import type { PolicyStore } from './policy-store.ts';

/** Who may hold which identity, by the operator's policies; a change counts at once, everywhere. */
export class Registrations {
  readonly #store: PolicyStore;
  readonly #trustDomain: string;
  #compiled: { revision: number; policies: readonly CompiledPolicy[] } | undefined;

  constructor(store: PolicyStore, trustDomain: string) {
    this.#store = store;
    this.#trustDomain = trustDomain;
  }

  /** Replaces the whole set, or nothing of it. */
  async replace(policies: readonly IssuancePolicy[]): Promise<void> {
    checkPolicies(policies, this.#trustDomain);
    await this.#store.replace(policies);
  }

  /** By SPIFFE ID. */
  async entitlementsOf(workload: AttestedWorkload): Promise<ReadonlyMap<string, GrantedIdentity>> {
    return matchPolicies(await this.#policies(), workload, this.#trustDomain);
  }

  /** Of each policy what it grants, or why it grants nothing. */
  async explain(workload: ExplainedWorkload): Promise<PolicyExplanation[]> {
    return explainPolicies(await this.#policies(), workload, this.#trustDomain);
  }

  async #policies(): Promise<readonly CompiledPolicy[]> {
    if (this.#compiled?.revision === (await this.#store.revision())) return this.#compiled.policies;
    const { revision, policies } = await this.#store.load();
    this.#compiled = { revision, policies: policies.map(compilePolicy) };
    return this.#compiled.policies;
  }
}
