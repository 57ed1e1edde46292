import type { IssuancePolicy, PolicyExplanation } from '@blastradius/contracts';
import {
  type AttestedWorkload,
  checkPolicies,
  type ExplainedWorkload,
  explainPolicies,
  type GrantedIdentity,
  matchPolicies,
  type PolicyProblem,
  PolicySet,
  policyWarnings,
  type SvidTtls,
} from '@blastradius/issuance-policy';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { PolicyStore } from './policy-store.ts';
import { PoliciesInvalid } from './registration.errors.ts';

export interface RegistrationTerms {
  readonly trustDomain: string;
  /** The issuer's own figures, which no policy goes beyond. */
  readonly ttlSeconds: SvidTtls;
}

/** Who may hold which identity, by the operator's policies; a change counts at once, everywhere. */
export class Registrations {
  readonly #store: PolicyStore;
  readonly #ledger: IssuerLedger;
  readonly #terms: RegistrationTerms;
  #compiled: { revision: number; policies: PolicySet } | undefined;

  constructor(store: PolicyStore, terms: RegistrationTerms, ledger: IssuerLedger) {
    this.#store = store;
    this.#ledger = ledger;
    this.#terms = terms;
  }

  /** Replaces the whole set, or nothing of it. Returns what may not be meant. Throws `registration.policy-invalid`. */
  async replace(policies: readonly IssuancePolicy[]): Promise<readonly PolicyProblem[]> {
    const { trustDomain, ttlSeconds: ttlSecondsMax } = this.#terms;
    const problems = checkPolicies(policies, { trustDomain, ttlSecondsMax });
    if (problems.length > 0) throw new PoliciesInvalid(problems);
    // First: a change that can't be written down is not made.
    this.#ledger.record({ event: 'policies-replaced', reason: `${policies.length} policies` });
    await this.#ledger.durable();
    await this.#store.replace(policies);
    return policyWarnings(policies);
  }

  /** What counts now. */
  current(): Promise<{ revision: number; policies: readonly IssuancePolicy[] }> {
    return this.#store.load();
  }

  /** By SPIFFE ID. */
  async entitlementsOf(workload: AttestedWorkload): Promise<ReadonlyMap<string, GrantedIdentity>> {
    return matchPolicies(await this.#policies(), workload, this.#terms.trustDomain);
  }

  /** Of each policy what it grants, or why it grants nothing. */
  async explain(workload: ExplainedWorkload): Promise<PolicyExplanation[]> {
    return explainPolicies(await this.#policies(), workload, this.#terms);
  }

  async #policies(): Promise<PolicySet> {
    if (this.#compiled?.revision === (await this.#store.revision())) return this.#compiled.policies;
    const { revision, policies } = await this.#store.load();
    this.#compiled = { revision, policies: new PolicySet(policies) };
    return this.#compiled.policies;
  }
}
