import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { statementPool } from './statement-pool.ts';
import type { Tables } from './tables.ts';

/** The network's PostgreSQL; also the token it is injected by. */
export class Database extends Kysely<Tables> {}

export interface DatabaseOptions {
  readonly url: string;
  readonly connectionsMax?: number;
  onError(error: Error): void;
}

export function openDatabase({ url, connectionsMax = 12, onError }: DatabaseOptions): Database {
  const pool = new pg.Pool({
    connectionString: url,
    max: connectionsMax,
    connectionTimeoutMillis: 5000,
    // A query that hangs must not hold its caller, and its connection, for ever.
    statement_timeout: 10_000,
  });
  // An idle connection that breaks is replaced; unheard, its error would end the process.
  pool.on('error', onError);
  return new Database({ dialect: new PostgresDialect({ pool: statementPool(pool) }) });
}
