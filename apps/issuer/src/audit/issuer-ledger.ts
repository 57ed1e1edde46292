import type { Clock } from '@blastradius/kernel';
import type { IssuerRecord, LedgerWriter } from '@blastradius/ledger';

export type IssuerAct = Pick<IssuerRecord, 'event' | 'reason'> &
  Partial<Pick<IssuerRecord, 'kind' | 'spiffeId' | 'serial' | 'policyId' | 'client' | 'actors' | 'audience'>>;

/** What the issuer did and what it refused, each act written down before it is answered. */
export class IssuerLedger {
  readonly #writer: LedgerWriter<IssuerRecord>;
  readonly #clock: Clock;

  constructor(writer: LedgerWriter<IssuerRecord>, clock: Clock) {
    this.#writer = writer;
    this.#clock = clock;
  }

  /** An act is about X.509 unless it says otherwise. */
  record(act: IssuerAct): void {
    const { event, reason, kind = 'x509', spiffeId = null, serial = null, policyId = null, ...others } = act;
    const atMs = this.#clock.now().getTime();
    this.#writer.append({ ledger: 'issuer', atMs, event, kind, spiffeId, serial, policyId, reason, ...others });
  }
}
