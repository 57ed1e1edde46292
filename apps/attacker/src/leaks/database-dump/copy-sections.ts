export interface CopySection {
  readonly table: string;
  readonly rows: readonly Readonly<Record<string, string | null>>[];
}

const start = /^COPY (?:public\.)?"?([\w]+)"? \(([^)]*)\) FROM stdin;$/;

/** The tables in a dump of pg_dump's plain format. Pure. */
export function copySections(dump: string): CopySection[] {
  const sections: CopySection[] = [];
  const lines = dump.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, table, columns] = start.exec(lines[at] ?? '') ?? [];
    if (table === undefined || columns === undefined) continue;
    const names = columns.split(', ').map((name) => name.replace(/^"|"$/g, ''));
    const end = lines.indexOf('\\.', at);
    const own = lines.slice(at + 1, end === -1 ? undefined : end);
    sections.push({ table, rows: own.map((line) => rowOf(names, line)) });
    at = end === -1 ? lines.length : end;
  }
  return sections;
}

function rowOf(names: readonly string[], line: string): Record<string, string | null> {
  const values = line.split('\t').map(plain);
  return Object.fromEntries(names.map((name, i) => [name, values[i] ?? null]));
}

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A field of COPY's text format. */
function plain(field: string): string | null {
  return field === '\\N'
    ? null
    : field.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
}
