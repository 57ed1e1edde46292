import type { Postgres } from '@blastradius/testkit';
import { migrate } from '../src/database/migrate.ts';

/** Puts what was backed up into a new, empty database of this name, and returns its URL. */
export type Restore = (database: string) => Promise<string>;

export const dumpCommand = (database: string) => [
  'pg_dump',
  '--username=postgres',
  '--format=custom',
  database,
];
export const restoreCommand = (database: string) => [
  'pg_restore',
  '--username=postgres',
  '--exit-on-error',
  `--dbname=${database}`,
];

/**
 * A backup of a database as docs/operations.md tells to make it. Where there is no pg_dump that fits the
 * server, the issuer's rows are copied instead, and a line says so.
 */
export async function backUp(postgres: Postgres, database: string): Promise<Restore> {
  const file = `/tmp/${database}.dump`;
  const dumped = await postgres.run?.([...dumpCommand(database), `--file=${file}`]);
  if (dumped?.exitCode === 0) return (target) => restoreDump(postgres, file, target);
  const why = dumped ? dumped.output.trim().split('\n').at(0) : 'PostgreSQL runs in no container';
  process.stderr.write(`issuer: no pg_dump for this server (${why}); its rows are copied by SQL\n`);
  return copyRows(postgres, database);
}

async function restoreDump(postgres: Postgres, file: string, target: string): Promise<string> {
  const url = await postgres.createDatabase(target);
  const restored = await postgres.run?.([...restoreCommand(target), file]);
  if (restored?.exitCode !== 0) throw new Error(`pg_restore failed: ${restored?.output}`);
  return url;
}

const TABLES = [
  'migrations',
  'trust_domain',
  'authorities',
  'token_authorities',
  'federated_bundles',
  'join_tokens',
];

async function copyRows(postgres: Postgres, database: string): Promise<Restore> {
  const copied = await Promise.all(
    TABLES.map(async (table) => {
      const { rows } = await postgres.query<{ rows: unknown }>(
        database,
        `select coalesce(jsonb_agg(t), '[]') as rows from issuer.${table} t`,
      );
      return { table, rows: JSON.stringify(rows[0]?.rows).replaceAll("'", "''") };
    }),
  );
  return async (target) => {
    const url = await postgres.createDatabase(target);
    await migrate(url);
    await postgres.query(target, 'truncate issuer.migrations');
    for (const { table, rows } of copied) {
      await postgres.query(
        target,
        `insert into issuer.${table} select * from jsonb_populate_recordset(null::issuer.${table}, '${rows}')`,
      );
    }
    return url;
  };
}
