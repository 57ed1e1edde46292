import pg from 'pg';

/** The databases of one server. */
export interface Databases {
  /** A connection string for the database, as the superuser or as the given role. */
  url(database: string, role?: { name: string; password: string }): string;
  /** Creates a database and returns its connection string. */
  createDatabase(name: string, owner?: string): Promise<string>;
  /** Removes it, whoever is still connected, and the roles that were there for it alone. */
  dropDatabase(name: string, roles: readonly string[]): Promise<void>;
  query<Row extends object>(database: string, sql: string): Promise<pg.QueryResult<Row>>;
}

export function databasesAt(url: Databases['url']): Databases {
  const query: Databases['query'] = (database, sql) => queryOnce(url(database), sql);
  return {
    url,
    query,
    createDatabase: async (name, owner) => {
      const quoted = pg.escapeIdentifier(name);
      await query(
        'postgres',
        `create database ${quoted}${owner ? ` owner ${pg.escapeIdentifier(owner)}` : ''}`,
      );
      return url(name);
    },
    dropDatabase: async (name, roles) => {
      await query('postgres', `drop database if exists ${pg.escapeIdentifier(name)} with (force)`);
      for (const role of roles) await query('postgres', `drop role if exists ${pg.escapeIdentifier(role)}`);
    },
  };
}

async function queryOnce<Row extends object>(url: string, sql: string): Promise<pg.QueryResult<Row>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await client.query<Row>(sql);
  } finally {
    await client.end();
  }
}
