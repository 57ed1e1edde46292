import type { IssuerLedger } from '../audit/issuer-ledger.ts';

export type FederationChange =
  | 'bundle-given'
  | 'bundle-removed'
  | 'relationship-set'
  | 'relationship-removed'
  | 'bundle-fetched';

/** Writes into the ledger whom we federate with and by what; of failures the code, each time it is another one. */
export class FederationAudit {
  readonly #ledger: IssuerLedger;

  constructor(ledger: IssuerLedger) {
    this.#ledger = ledger;
  }

  record(trustDomain: string, reason: FederationChange | `federation.${string}`): void {
    this.#ledger.record({ event: 'federation-changed', spiffeId: `spiffe://${trustDomain}`, reason });
  }
}
