import pg from 'pg';
import { patiently } from '../patience/patiently.ts';
import { DatabaseUnavailable } from './database.errors.ts';
import { GuardedClient } from './guarded-client.ts';
import { PostgresConnection } from './postgres-connection.ts';

export interface PostgresPoolOptions {
  readonly url: string;
  readonly connectionsMax: number;
  /** How long a caller may wait, milliseconds, for a database that is away. */
  readonly waitMs?: number | undefined;
  /**
   * An answer counts if it comes within so many milliseconds of its question: a connection that hangs must
   * not bring as news what was so long ago. A statement that only reads is then made again on another one.
   */
  readonly answerMsMax?: number | undefined;
  /** Hears of idle connections that broke. */
  onError(error: Error): void;
}

/** A restart takes a second or two, a failover more; a caller's own patience seldom lasts longer. */
const WAIT_MS = 15_000;
const STATEMENT_TIMEOUT_MS = 10_000;
const ANSWER_MS_MAX = STATEMENT_TIMEOUT_MS + 2000;

/**
 * A pool that outlives its database: who wants a connection while the server is away waits for it, and
 * a statement that only reads is made again where its connection broke. A write that was sent is not:
 * it fails with `DatabaseUnavailable`, and its caller knows that nothing is known.
 */
export class PostgresPool {
  readonly #pool: pg.Pool;
  readonly #waitMs: number;

  constructor(options: PostgresPoolOptions) {
    const { url, connectionsMax, waitMs = WAIT_MS, answerMsMax = ANSWER_MS_MAX, onError } = options;
    this.#waitMs = waitMs;
    this.#pool = new pg.Pool({
      connectionString: url,
      max: connectionsMax,
      Client: GuardedClient,
      connectionTimeoutMillis: 5000,
      // A query that hangs must not hold its caller, and its connection, for ever; nor must a server
      // that has vanished without a word.
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: answerMsMax,
    });
    // An idle connection that breaks is replaced; unheard, its error would end the process.
    this.#pool.on('error', onError);
  }

  get options(): pg.PoolOptions {
    return this.#pool.options;
  }

  async connect(): Promise<PostgresConnection> {
    const endMs = performance.now() + this.#waitMs;
    const borrow = async () => {
      try {
        return await patiently(endMs - performance.now(), () => this.#pool.connect());
      } catch (cause) {
        throw DatabaseUnavailable.from(cause, 'the database did not come back in time');
      }
    };
    return new PostgresConnection(await borrow(), borrow);
  }

  async query<Row extends pg.QueryResultRow>(
    statement: string | pg.QueryConfig,
    values?: readonly unknown[],
  ): Promise<pg.QueryResult<Row>> {
    const connection = await this.connect();
    try {
      return await connection.query<Row>(statement, values);
    } finally {
      connection.release();
    }
  }

  end(): Promise<void> {
    return this.#pool.end();
  }
}
