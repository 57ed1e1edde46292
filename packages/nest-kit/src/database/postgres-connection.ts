import type pg from 'pg';
import { isConnectionFailure, wasNeverSent } from '../patience/connection-failure.ts';
import { DatabaseUnavailable } from './database.errors.ts';
import { isRepeatable } from './is-repeatable.ts';

/** One connection on loan. Outside of a transaction it replaces itself when it finds itself dead. */
export class PostgresConnection {
  #client: pg.PoolClient;
  readonly #borrow: () => Promise<pg.PoolClient>;
  #inTransaction = false;
  #isBroken = false;

  constructor(client: pg.PoolClient, borrow: () => Promise<pg.PoolClient>) {
    this.#client = client;
    this.#borrow = borrow;
  }

  /** Rejects with `DatabaseUnavailable` where the server went away and nothing more can be done. */
  async query<Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>> {
    const config = typeof statement === 'string' ? { text: statement } : statement;
    const sent = values === undefined ? config : { ...config, values: [...values] };
    const mayRepeat = !this.#inTransaction && !/^\s*rollback\b/i.test(sent.text);
    this.#follow(sent.text);
    for (;;) {
      try {
        return await this.#client.query<Row>(sent);
      } catch (error) {
        if (!isConnectionFailure(error)) throw error;
        this.#isBroken = true;
        if (!mayRepeat || !(isRepeatable(sent.text) || wasNeverSent(error))) {
          throw DatabaseUnavailable.from(error, 'the connection broke, and what became of it is unknown');
        }
        await this.#replace();
      }
    }
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isBroken);
  }

  get isInTransaction(): boolean {
    return this.#inTransaction;
  }

  #follow(sql: string): void {
    if (/^\s*(begin|start transaction)\b/i.test(sql)) this.#inTransaction = true;
    if (/^\s*(commit|rollback)\s*;?\s*$/i.test(sql)) this.#inTransaction = false;
  }

  async #replace(): Promise<void> {
    const dead = this.#client;
    this.#client = await this.#borrow();
    this.#isBroken = false;
    dead.release(true);
  }
}
