import { setTimeout as delay } from 'node:timers/promises';
import type { PostgresPool as Pool, PostgresConnection } from '@blastradius/nest-kit';
import { observeStatement } from '@blastradius/runtime';
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely';
import pg from 'pg';

const DEADLOCK_DETECTED = '40P01';
const ATTEMPTS = 4;
const PARAMETERS_MAX = 20;
const STATEMENTS_MAX = 200;

const names = new Map<string, string>();

/**
 * A pool whose single statements are made again after a deadlock. Closing a table while it is in
 * use (`alter table ... enable row level security`) makes deadlocks likely, and PostgreSQL ends
 * whoever noticed first; the statement had no effect, and its caller is not to blame. Inside a
 * transaction the whole of it is lost, so that there nothing is made again.
 */
export function statementPool(pool: Pool): PostgresPool {
  return {
    options: pool.options,
    connect: async () => new StatementClient(await pool.connect()),
    end: () => pool.end(),
  };
}

class StatementClient implements PostgresPoolClient {
  readonly #connection: PostgresConnection;

  constructor(connection: PostgresConnection) {
    this.#connection = connection;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('cursors are not used here');
    return observeStatement(sql, () => this.#run(sql, parameters));
  }

  release(destroy?: boolean): void {
    this.#connection.release(destroy);
  }

  async #run(sql: string, parameters: readonly unknown[]): Promise<unknown> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#connection.query(statementNamed(sql, parameters), parameters);
      } catch (error) {
        if (attempt === ATTEMPTS || this.#connection.isInTransaction || !isDeadlock(error)) throw error;
        await delay(Math.random() * 50 * attempt);
      }
    }
  }
}

/**
 * Statements with parameters are prepared once a connection: planning the larger ones costs more
 * than running them. Lists of any length (`in (...)`) make ever new texts, which are not kept.
 */
function statementNamed(text: string, parameters: readonly unknown[]): { text: string; name?: string } {
  if (parameters.length === 0 || parameters.length > PARAMETERS_MAX) return { text };
  let name = names.get(text);
  if (name === undefined) {
    if (names.size >= STATEMENTS_MAX) return { text };
    name = `network-${names.size}`;
    names.set(text, name);
  }
  return { text, name };
}

function isDeadlock(error: unknown): boolean {
  return error instanceof pg.DatabaseError && error.code === DEADLOCK_DETECTED;
}
