import { randomUUID } from 'node:crypto';
import { PostgrestClient } from '@supabase/postgrest-js';
import type { AttemptResult } from '../../engine/attempts.ts';

/** Where the hole is and what opens it, as found in the page's script. */
export interface Project {
  readonly url: string;
  readonly publishableKey: string;
}

export type Row = Record<string, unknown>;
export type RowsAnswer = Pick<AttemptResult, 'requestId' | 'outcome' | 'status'> & {
  readonly rows: readonly Row[];
};

/** The open REST API, through the off-the-shelf client that any web page would use. */
export class OpenBackend {
  readonly #project: Project;
  readonly #fetch: typeof fetch;
  readonly #client: PostgrestClient;

  constructor(project: Project, thiefFetch: typeof fetch) {
    this.#project = project;
    this.#fetch = thiefFetch;
    this.#client = new PostgrestClient(this.#restUrl, {
      headers: { apikey: project.publishableKey },
      fetch: thiefFetch,
      retry: false,
    });
  }

  /** One page of a table. Nothing at all on the first page means closed: row-level security answers 200 and `[]`. */
  async read(table: string, page: Page): Promise<RowsAnswer> {
    const requestId = randomUUID();
    const { data, status } = await this.#client
      .from(table)
      .select('*')
      .order(page.newestFirst ? 'created_at' : 'id', { ascending: !page.newestFirst })
      .range(page.offset, page.offset + page.size - 1)
      .setHeader('x-request-id', requestId);
    const rows: readonly Row[] = data ?? [];
    return { requestId, rows, ...judge(status, rows.length > 0 || page.offset > 0) };
  }

  /** Changes one row. 204 would prove nothing: what counts is the row that comes back changed. */
  async write(table: string, id: string, change: Row): Promise<RowsAnswer> {
    const requestId = randomUUID();
    const { data, status } = await this.#client
      .from(table)
      .update(change)
      .eq('id', id)
      .select('*')
      .setHeader('x-request-id', requestId);
    const rows: readonly Row[] = data ?? [];
    const changed = rows.some((row) =>
      Object.entries(change).every(([column, value]) => row[column] === value),
    );
    return { requestId, rows, ...judge(status, changed) };
  }

  /** The OpenAPI root names every table that the key may see. */
  async listTables(): Promise<Pick<RowsAnswer, 'requestId' | 'outcome' | 'status'> & { tables: string[] }> {
    const requestId = randomUUID();
    const headers = { apikey: this.#project.publishableKey, 'x-request-id': requestId };
    try {
      const response = await this.#fetch(`${this.#restUrl}/`, { headers });
      const tables = tablesIn(await response.json().catch(() => null));
      return { requestId, tables, ...judge(response.status, tables.length > 0) };
    } catch {
      return { requestId, tables: [], outcome: 'failed', status: null };
    }
  }

  get #restUrl(): string {
    return `${this.#project.url.replace(/\/+$/, '')}/rest/v1`;
  }
}

interface Page {
  readonly offset: number;
  readonly size: number;
  readonly newestFirst?: boolean;
}

/** By content where the status says success; postgrest-js reports 0 where no answer came. */
function judge(status: number, worked: boolean): Pick<RowsAnswer, 'outcome' | 'status'> {
  if (status === 0) return { outcome: 'failed', status: null };
  if (status >= 500) return { outcome: 'failed', status };
  return { outcome: status < 300 && worked ? 'accepted' : 'refused', status };
}

function tablesIn(openApi: unknown): string[] {
  if (typeof openApi !== 'object' || openApi === null || !('definitions' in openApi)) return [];
  return Object.keys(openApi.definitions ?? {});
}
