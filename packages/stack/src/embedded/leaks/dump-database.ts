import { rename, writeFile } from 'node:fs/promises';
import type { Backend } from '../backend.ts';

/**
 * Writes the tables of schema `public` as `pg_dump --data-only` would in its plain format: for each a
 * `COPY ... FROM stdin;` with its rows in COPY's text format, ended by `\\.`. Made by SQL, because the
 * embedded PostgreSQL comes without pg_dump.
 */
export async function dumpDatabase(backend: Pick<Backend, 'inspect'>, file: string): Promise<void> {
  const columns = await backend.inspect<{ table: string; column: string }>(
    `select c.table_name as "table", c.column_name as "column"
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE' order by c.table_name, c.ordinal_position`,
  );
  const tables = [...Map.groupBy(columns, (column) => column.table)].map(([table, own]) => ({
    table,
    names: own.map(({ column }) => quoted(column)),
  }));
  // In one statement, so that it is of one moment, and as quick as the machine lets it.
  const rows = await backend.inspect<{ table: string; row: (string | null)[] }>(
    tables.map(({ table, names }) => rowsOf(table, names)).join(' union all '),
  );
  const byTable = Map.groupBy(rows, (row) => row.table);
  const sections = tables.map(({ table, names }) => {
    const lines = (byTable.get(table) ?? []).map(({ row }) => `${row.map(copyText).join('\t')}\n`);
    return `COPY public.${table} (${names.join(', ')}) FROM stdin;\n${lines.join('')}\\.\n\n`;
  });
  sections.unshift('--\n-- PostgreSQL database dump\n--\n');
  // Whole or not at all, for whoever looks meanwhile.
  await writeFile(`${file}.part`, sections.join('\n'), { mode: 0o644 });
  await rename(`${file}.part`, file);
}

function rowsOf(table: string, names: readonly string[]): string {
  const values = names.map((name) => `${name}::text`).join(', ');
  return `select '${table}' as "table", array[${values}] as row from public.${quoted(table)}`;
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function copyText(value: string | null): string {
  return value === null
    ? '\\N'
    : value.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);
}
