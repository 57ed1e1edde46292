import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { isConnectionFailure } from '../patience/connection-failure.ts';
import { patiently } from '../patience/patiently.ts';
import { GuardedClient } from './guarded-client.ts';

export interface MigrationOptions {
  readonly url: string;
  /** Holds the SQL files; they are applied in the order of their names. */
  readonly folder: URL;
  /** The schema that holds `migrations`, the table of those applied. */
  readonly schema: string;
  /** Any number that all instances of the app agree on. */
  readonly lock: number;
  /** How long to wait, milliseconds, for a database that is not there yet. */
  readonly waitMs?: number;
}

/** A database that starts together with its users may have to be made first. */
const WAIT_MS = 60_000;

/**
 * Applies the SQL files that have not been applied yet, each in a transaction of its own. An advisory
 * lock lets one process at a time do so, so that replicas may start together; one whose connection
 * breaks looks anew at what is left to do. Returns the names of those it applied itself.
 */
export async function migrate(options: MigrationOptions): Promise<string[]> {
  const applied: string[] = [];
  await patiently(options.waitMs ?? WAIT_MS, async () => {
    const client = new GuardedClient({ connectionString: options.url, connectionTimeoutMillis: 5000 });
    try {
      await client.connect();
      await applyPending(client, options, (name) => applied.push(name));
    } finally {
      await client.end();
    }
  });
  return applied;
}

async function applyPending(
  client: pg.Client,
  { folder, schema, lock }: MigrationOptions,
  onApplied: (name: string) => void,
): Promise<void> {
  const table = `${pg.escapeIdentifier(schema)}.migrations`;
  await client.query('select pg_advisory_lock($1)', [lock]);
  await client.query(`create schema if not exists ${pg.escapeIdentifier(schema)}`);
  await client.query(
    `create table if not exists ${table} (name text primary key, applied_at timestamptz not null default now())`,
  );
  const { rows } = await client.query<{ name: string }>(`select name from ${table}`);
  const known = new Set(rows.map(({ name }) => name));
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of files.filter((file) => !known.has(file))) {
    await apply(client, { name, table, sql: await readFile(new URL(name, folder), 'utf8') });
    onApplied(name);
  }
}

async function apply(
  client: pg.Client,
  { name, table, sql }: { readonly name: string; readonly table: string; readonly sql: string },
): Promise<void> {
  try {
    await client.query('begin');
    await client.query(sql);
    await client.query(`insert into ${table} (name) values ($1)`, [name]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback').catch(() => {});
    if (isConnectionFailure(cause)) throw cause;
    throw new Error(`migration ${name} failed`, { cause });
  }
}
