import type { Clock } from '@blastradius/kernel';
import type { IssuerRecord } from '@blastradius/ledger';
import type { IssuerLog } from './issuer-log.ts';

export type IssuerAct = Pick<IssuerRecord, 'event' | 'reason'> &
  Partial<Pick<IssuerRecord, 'kind' | 'spiffeId' | 'serial' | 'policyId'>>;

/** What the issuer did and what it refused, each act written down before it is answered. */
export class IssuerLedger {
  readonly #log: IssuerLog;
  readonly #clock: Clock;

  constructor(log: IssuerLog, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** An act is about X.509 unless it says otherwise. */
  record(act: IssuerAct): void {
    this.recordAll([act]);
  }

  /** For what is kept elsewhere than in an answer: to be awaited before it is kept. */
  durable(): Promise<void> {
    return this.#log.durable();
  }

  /** All the acts of one request, in one write. */
  recordAll(acts: readonly IssuerAct[]): void {
    const atMs = this.#clock.now().getTime();
    this.#log.appendAll(acts.map((act) => recordOf(act, atMs)));
  }
}

function recordOf(act: IssuerAct, atMs: number): IssuerRecord {
  const { event, reason, kind = 'x509', spiffeId = null, serial = null, policyId = null } = act;
  return { ledger: 'issuer', atMs, event, kind, spiffeId, serial, policyId, reason };
}
