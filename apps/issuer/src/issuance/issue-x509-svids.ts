import { setImmediate as yieldToOthers } from 'node:timers/promises';
import type { X509SvidDocument } from '@blastradius/contracts';
import { type Clock, DomainError } from '@blastradius/kernel';
import type { Authority } from '@blastradius/pki';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Authorities } from '../authority/authorities.ts';
import type { AttestedWorkload, GrantedIdentity } from '../registration/policy-matching.ts';
import type { Registrations } from '../registration/registrations.ts';
import { NotEntitled } from './issuance.errors.ts';
import { keyForIdentity } from './key-for-identity.ts';
import { mintChecked } from './mint-checked.ts';

export interface SvidRequest {
  readonly spiffeId: string;
  /** Base64 of DER. */
  readonly csr: string;
}

export type SvidResult = X509SvidDocument | { readonly spiffeId: string; readonly refused: string };

/** So many are minted in one go before other requests get their turn: some 30 ms. */
const chunkSize = 50;

/** Mints a batch for one workload: what its node and its selectors do not entitle to is refused, one by one. */
export class IssueX509Svids {
  readonly #authorities: Authorities;
  readonly #registrations: Registrations;
  readonly #ledger: IssuerLedger;
  readonly #clock: Clock;
  readonly #ttlSeconds: number;

  constructor(
    authorities: Authorities,
    registrations: Registrations,
    ledger: IssuerLedger,
    clock: Clock,
    ttlSeconds: number,
  ) {
    this.#authorities = authorities;
    this.#registrations = registrations;
    this.#ledger = ledger;
    this.#clock = clock;
    this.#ttlSeconds = ttlSeconds;
  }

  /** In the order of the requests. */
  async execute(workload: AttestedWorkload, requests: readonly SvidRequest[]): Promise<SvidResult[]> {
    const granted = await this.#registrations.entitlementsOf(workload);
    const authority = await this.#authorities.current();
    const results: SvidResult[] = [];
    for (const request of requests) {
      if (results.length > 0 && results.length % chunkSize === 0) await yieldToOthers();
      results.push(this.#issue(request, granted.get(request.spiffeId), authority));
    }
    return results;
  }

  #issue(
    { spiffeId, csr }: SvidRequest,
    granted: GrantedIdentity | undefined,
    authority: Authority,
  ): SvidResult {
    const policyId = granted?.policyId ?? null;
    try {
      if (granted === undefined) throw new NotEntitled('no policy grants this identity');
      const publicKeySpki = keyForIdentity(csr, spiffeId);
      const { dnsNames } = granted;
      const order = {
        spiffeId,
        publicKeySpki,
        dnsNames,
        now: this.#clock.now(),
        ttlSeconds: this.#ttlSeconds,
      };
      const { document, serial } = mintChecked(authority, order);
      this.#ledger.record({ event: 'svid-issued', spiffeId, serial, policyId, reason: 'policy' });
      return document;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.#ledger.record({ event: 'svid-refused', spiffeId, policyId, reason: error.code });
      return { spiffeId, refused: error.code };
    }
  }
}
