import { writeFile } from 'node:fs/promises';
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
  const sections: string[] = ['--\n-- PostgreSQL database dump\n--\n'];
  for (const [table, own] of Map.groupBy(columns, (column) => column.table)) {
    const names = own.map(({ column }) => quoted(column));
    const rows = await backend.inspect<{ row: (string | null)[] }>(
      `select array[${names.map((name) => `${name}::text`).join(', ')}] as row from public.${quoted(table)}`,
    );
    const lines = rows.map(({ row }) => `${row.map(copyText).join('\t')}\n`);
    sections.push(`COPY public.${table} (${names.join(', ')}) FROM stdin;\n${lines.join('')}\\.\n\n`);
  }
  await writeFile(file, sections.join('\n'), { mode: 0o644 });
}

const quoted = (name: string) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function copyText(value: string | null): string {
  return value === null
    ? '\\N'
    : value.replace(/[\\\n\r\t]/g, (character) => escapes[character] ?? character);
}
