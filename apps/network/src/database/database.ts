import { PostgresPool } from '@blastradius/nest-kit';
import { Kysely, PostgresDialect } from 'kysely';
import { statementPool } from './statement-pool.ts';
import type { Tables } from './tables.ts';

/** The network's PostgreSQL; also the token it is injected by. */
export class Database extends Kysely<Tables> {}

export interface DatabaseOptions {
  readonly url: string;
  readonly connectionsMax?: number;
  /** How long a request may wait, milliseconds, for a database that is away; 0 fails at once. */
  readonly waitMs?: number | undefined;
  onError(error: Error): void;
}

export function openDatabase({ url, connectionsMax = 12, waitMs, onError }: DatabaseOptions): Database {
  const pool = new PostgresPool({ url, connectionsMax, waitMs, onError });
  return new Database({ dialect: new PostgresDialect({ pool: statementPool(pool) }) });
}
