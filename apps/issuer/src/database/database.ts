import pg from 'pg';

/** Any number that all issuers agree on: one of them at a time changes schema or authorities. */
export const issuerLock = 7_402_111_902;

/** The issuer's PostgreSQL; also the token it is injected by. */
export class Database extends pg.Pool {}

export function openDatabase(url: string, onError: (error: Error) => void): Database {
  const database = new Database({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 5000,
    // A query that hangs must not hold its caller, and its connection, for ever.
    statement_timeout: 10_000,
  });
  // An idle connection that breaks is replaced; unheard, its error would end the process.
  database.on('error', onError);
  return database;
}

/** Runs `work` in a transaction that no other issuer's locked transaction overlaps. */
export async function inLockedTransaction<T>(
  database: Database,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await database.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin');
    await client.query('select pg_advisory_xact_lock($1)', [issuerLock]);
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // A connection that can't even roll back is thrown away, and the transaction with it.
    await client.query('rollback').catch((failure: Error) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
