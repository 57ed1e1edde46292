import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';

/** Beside `src` and `dist` alike. */
const folder = new URL('../../migrations/', import.meta.url);
/** Any number that all instances of this app agree on. */
const LOCK = 7_402_111_901;

/**
 * Applies the SQL files that have not been applied yet, in the order of their names, each in a
 * transaction of its own. An advisory lock lets one process at a time do so.
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK]);
    await client.query('create schema if not exists operations');
    await client.query(
      `create table if not exists operations.migrations
       (name text primary key, applied_at timestamptz not null default now())`,
    );
    const { rows } = await client.query<{ name: string }>('select name from operations.migrations');
    const applied = new Set(rows.map(({ name }) => name));
    const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
    const pending = files.filter((name) => !applied.has(name));
    for (const name of pending) await apply(client, name);
    return pending;
  } finally {
    await client.end();
  }
}

async function apply(client: pg.Client, name: string): Promise<void> {
  const sql = await readFile(new URL(name, folder), 'utf8');
  await client.query('begin');
  try {
    await client.query(sql);
    await client.query('insert into operations.migrations (name) values ($1)', [name]);
    await client.query('commit');
  } catch (cause) {
    await client.query('rollback');
    throw new Error(`migration ${name} failed`, { cause });
  }
}
