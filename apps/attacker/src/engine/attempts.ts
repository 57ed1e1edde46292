import type { AttackerRecord, LedgerWriter } from '@blastradius/ledger';
import { Tally } from './tally.ts';

/** What is known of an attempt before it is made. */
export type Attempt = Pick<
  AttackerRecord,
  'step' | 'technique' | 'vector' | 'action' | 'forges' | 'victim' | 'presented'
>;

/** What came of it, as far as the ledger is concerned. */
export type AttemptResult = Pick<
  AttackerRecord,
  'requestId' | 'outcome' | 'status' | 'table' | 'rows' | 'loot'
> & {
  /** Where only the answer says who the victim is. */
  readonly victim?: string;
};

/** Every attempt passes here, and one attempt is one line of the ledger. */
export class Attempts {
  readonly tally = new Tally();
  readonly #ledger: Pick<LedgerWriter<AttackerRecord>, 'append'>;

  constructor(ledger: Pick<LedgerWriter<AttackerRecord>, 'append'>) {
    this.#ledger = ledger;
  }

  async make<R>(attempt: Attempt, send: () => Promise<R>, judge: (answer: R) => AttemptResult): Promise<R> {
    const atMs = Date.now();
    const answer = await send();
    const { requestId, outcome, status, table, rows, loot, victim } = judge(answer);
    const record: AttackerRecord = {
      ledger: 'attacker',
      atMs,
      ...attempt,
      ...(victim === undefined ? {} : { victim }),
      requestId,
      outcome,
      status,
      ...(table === undefined ? {} : { table }),
      ...(rows === undefined ? {} : { rows }),
      ...(loot === undefined ? {} : { loot }),
    };
    this.tally.count(record);
    this.#ledger.append(record);
    return answer;
  }
}
