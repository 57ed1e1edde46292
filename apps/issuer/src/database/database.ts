import { type PostgresConnection, PostgresPool } from '@blastradius/nest-kit';

/** Any number that all issuers agree on: one of them at a time changes the authorities. */
const issuerLock = 7_402_111_902;

/**
 * How late an answer may come and still count, milliseconds. Another issuer may have changed the policies in
 * between, so that this is how long a connection that hangs lets us go on by those of before.
 */
const answerMsMax = 5000;

/** The issuer's PostgreSQL; also the token it is injected by. */
export class Database extends PostgresPool {}

export function openDatabase(url: string, onError: (error: Error) => void): Database {
  return new Database({ url, connectionsMax: 8, answerMsMax, onError });
}

/** Runs `work` in a transaction that no other issuer's locked transaction overlaps. */
export async function inLockedTransaction<T>(
  database: Database,
  work: (connection: PostgresConnection) => Promise<T>,
): Promise<T> {
  const connection = await database.connect();
  let isBroken = false;
  try {
    await connection.query('begin');
    await connection.query('select pg_advisory_xact_lock($1)', [issuerLock]);
    const result = await work(connection);
    await connection.query('commit');
    return result;
  } catch (error) {
    // A connection that can't even roll back is thrown away, and the transaction with it.
    await connection.query('rollback').catch(() => {
      isBroken = true;
    });
    throw error;
  } finally {
    connection.release(isBroken);
  }
}
