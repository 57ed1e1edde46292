import pg from 'pg';

/** The databases of one server. */
export interface Databases {
  /** A connection string for the database, as the superuser or as the given role. */
  url(database: string, role?: { name: string; password: string }): string;
  /** Creates a database and returns its connection string. */
  createDatabase(name: string, owner?: string): Promise<string>;
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
