import type { Answer } from '@blastradius/credentials';
import type { AgentRecord, LedgerWriter } from '@blastradius/ledger';

/** Where an agent does not do what its owner wants. */
export type Influence = Pick<AgentRecord, 'talkedIntoBy' | 'gaveAway'>;

/** Every request of an agent passes here: it is written down as the agent saw it, and the honest ones are counted. */
export class HonestRequests {
  readonly #ledger: LedgerWriter<AgentRecord>;
  readonly #hosting: AgentRecord['hosting'];
  readonly #counts = { sent: 0, accepted: 0, refused: 0, failed: 0 };

  constructor(ledger: LedgerWriter<AgentRecord>, hosting: AgentRecord['hosting']) {
    this.#ledger = ledger;
    this.#hosting = hosting;
  }

  get counts(): Readonly<Record<string, number>> {
    return { ...this.#counts };
  }

  async record(
    agent: string,
    action: string,
    send: () => Promise<Answer>,
    influence: Influence = {},
  ): Promise<Answer> {
    const atMs = Date.now();
    const answer = await send();
    if (influence.talkedIntoBy === undefined) {
      this.#counts.sent += 1;
      this.#counts[answer.outcome] += 1;
    }
    const { requestId, outcome, status, latencyMs, error } = answer;
    this.#ledger.append({
      ledger: 'agents',
      atMs,
      requestId,
      agent,
      hosting: this.#hosting,
      action,
      outcome,
      status,
      latencyMs: Math.round(latencyMs * 1000) / 1000,
      ...(error === undefined ? {} : { error }),
      ...influence,
    });
    return answer;
  }
}
