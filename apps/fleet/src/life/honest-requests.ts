import type { Answer } from '@blastradius/credentials';
import type { AgentRecord, LedgerWriter } from '@blastradius/ledger';

/** Every honest request passes here: it is written down as the agent saw it, and counted. */
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

  async record(agent: string, action: string, send: () => Promise<Answer>): Promise<Answer> {
    const atMs = Date.now();
    this.#counts.sent += 1;
    const answer = await send();
    this.#counts[answer.outcome] += 1;
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
    });
    return answer;
  }
}
