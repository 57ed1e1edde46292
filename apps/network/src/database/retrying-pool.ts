import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

const DEADLOCK_DETECTED = '40P01';
const ATTEMPTS = 4;

/**
 * A pool whose single statements are made again after a deadlock. Closing a table while it is in
 * use (`alter table ... enable row level security`) makes deadlocks likely, and PostgreSQL ends
 * whoever noticed first; the statement had no effect, and its caller is not to blame. Inside a
 * transaction the whole of it is lost, so that there nothing is made again.
 */
export function retryingPool(pool: pg.Pool): PostgresPool {
  return {
    options: pool.options,
    connect: async () => new RetryingClient(await pool.connect()),
    end: () => pool.end(),
  };
}

class RetryingClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;
  #inTransaction = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('cursors are not used here');
    return this.#run(sql, parameters);
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }

  async #run(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    if (/^(begin|start transaction)/.test(sql)) this.#inTransaction = true;
    if (/^(commit|rollback)$/.test(sql)) this.#inTransaction = false;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#client.query(sql, [...parameters]);
      } catch (error) {
        if (attempt === ATTEMPTS || this.#inTransaction || !isDeadlock(error)) throw error;
        await delay(Math.random() * 50 * attempt);
      }
    }
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === DEADLOCK_DETECTED;
}
