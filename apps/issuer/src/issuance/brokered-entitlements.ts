import type { AttestedWorkload, GrantedIdentity } from '@blastradius/issuance-policy';
import type { IssuerLedger } from '../audit/issuer-ledger.ts';
import type { Registrations } from '../registration/registrations.ts';

/** What a broker may have in a workload's place. One that may have nothing never asks for an SVID: it is written down here. */
export class BrokeredEntitlements {
  readonly #registrations: Registrations;
  readonly #ledger: IssuerLedger;

  constructor(registrations: Registrations, ledger: IssuerLedger) {
    this.#registrations = registrations;
    this.#ledger = ledger;
  }

  async of(
    workload: AttestedWorkload & { readonly broker: string },
  ): Promise<ReadonlyMap<string, GrantedIdentity>> {
    const granted = await this.#registrations.entitlementsOf(workload);
    if (granted.size === 0) {
      const reason = 'issuance.broker-not-entitled';
      this.#ledger.record({ event: 'svid-refused', reason, client: workload.broker });
    }
    return granted;
  }
}
