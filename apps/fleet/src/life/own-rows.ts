import { type Answer, callService, type Presenter } from '@blastradius/credentials';

/** The hosted backend, for agents that it knows by their identity. */
export interface DataApi {
  readonly url: string;
  readonly publishableKey: string;
}

/** An agent that asks the hosted backend for its own row, as a web page asks with the publishable key. */
export class OwnRows {
  readonly #dataApi: DataApi;
  readonly #presenter: Presenter;

  constructor(dataApi: DataApi, presenter: Presenter) {
    this.#dataApi = dataApi;
    this.#presenter = presenter;
  }

  /** Accepted only where it is this one row: none, or one more, means that rows don't follow identities. */
  async read(agent: string): Promise<Answer> {
    const { url, publishableKey } = this.#dataApi;
    const answer = await callService(this.#presenter, {
      url: `${url}/rest/v1/agents?select=name`,
      headers: { apikey: publishableKey },
    });
    if (answer.outcome !== 'accepted' || isOnly(answer.body, agent)) return answer;
    return { ...answer, outcome: 'failed', error: 'NOT_OWN_ROW' };
  }

  close(): Promise<void> {
    return this.#presenter.close();
  }
}

function isOnly(rows: unknown, agent: string): boolean {
  return Array.isArray(rows) && rows.length === 1 && rows[0]?.name === agent;
}
