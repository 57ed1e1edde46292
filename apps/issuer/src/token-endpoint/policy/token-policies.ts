import type { TokenPolicy } from '@blastradius/contracts';
import type { IssuerLedger } from '../../audit/issuer-ledger.ts';
import { TokenPolicyInvalid } from '../token-endpoint.errors.ts';
import type { StoredTokenPolicies, TokenPolicyStore } from './token-policy-store.ts';

/** What clients may ask for, by the operator's word; a change counts at once, everywhere. */
export class TokenPolicies {
  readonly #store: TokenPolicyStore;
  readonly #ledger: Pick<IssuerLedger, 'record' | 'durable'>;
  #known: StoredTokenPolicies | undefined;

  constructor(store: TokenPolicyStore, ledger: Pick<IssuerLedger, 'record' | 'durable'>) {
    this.#store = store;
    this.#ledger = ledger;
  }

  /** Replaces the whole set, or nothing of it. Throws `TokenPolicyInvalid`. */
  async replace(policies: readonly TokenPolicy[]): Promise<void> {
    checkTokenPolicies(policies);
    // First: a change that can't be written down is not made.
    const reason = `${policies.length} policies`;
    this.#ledger.record({ event: 'token-policies-replaced', kind: 'access-token', reason });
    await this.#ledger.durable();
    await this.#store.replace(policies);
  }

  async all(): Promise<readonly TokenPolicy[]> {
    if (this.#known?.revision !== (await this.#store.revision())) this.#known = await this.#store.load();
    return this.#known.policies;
  }
}

/** Refuses a set in which a policy could never grant what it says. */
export function checkTokenPolicies(policies: readonly TokenPolicy[]): void {
  const seen = new Set<string>();
  for (const { id, grants, mayActFor, mayImpersonate, delegationDepthMax } of policies) {
    if (seen.has(id)) throw new TokenPolicyInvalid(id, 'there are two policies of this id');
    seen.add(id);
    if (mayActFor.length > 0 && !grants.includes('token-exchange')) {
      throw new TokenPolicyInvalid(id, 'mayActFor needs the grant token-exchange');
    }
    if (mayActFor.length > 0 && delegationDepthMax === 0) {
      throw new TokenPolicyInvalid(id, 'mayActFor needs a delegationDepthMax of 1 or more');
    }
    if (mayImpersonate.length > 0 && grants.every((grant) => grant === 'client_credentials')) {
      throw new TokenPolicyInvalid(id, 'mayImpersonate needs the grant token-exchange or jwt-bearer');
    }
  }
}
