import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createServerCertificate } from '@blastradius/pki';
import { onTestFinished } from 'vitest';

type Row = Record<string, unknown>;

/** The least of a network and of an open backend that the playbook needs, in one server. */
export class FakeWorld {
  readonly tables: Record<string, Row[]>;
  /** Tables that answer 200 and nothing, as row-level security does. */
  readonly closed = new Set<string>();
  /** Whose key it is, where the network is asked. */
  readonly nameOfKey = new Map<string, string>();
  /** Keys that the network takes. */
  readonly validKeys = new Set<string>();
  /** What the network tells an agent of its private messages, one conversation each. */
  readonly messagesOf = new Map<string, { id: string; message: string }[]>();
  readonly seen: { method: string; path: string; authorization: string | undefined }[] = [];
  projectUrl = '';
  url = '';

  constructor(tables: Record<string, Row[]>) {
    this.tables = tables;
  }

  async start(): Promise<this> {
    const { certificatePem: cert, privateKeyPem: key } = await createServerCertificate();
    const server = createServer({ cert, key, minVersion: 'TLSv1.3' }, (request, response) => {
      void this.#answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    onTestFinished(() => {
      server.closeAllConnections();
      server.close();
    });
    this.url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.projectUrl ||= this.url;
    return this;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', this.url);
    const body = await textOf(request);
    const { authorization } = request.headers;
    this.seen.push({ method: request.method ?? '', path: pathname, authorization });
    const json = (status: number, value: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (pathname === '/') return void response.end('<script src="/_next/static/chunks/a.js"></script>');
    if (pathname.startsWith('/_next/')) {
      return void response.end(`createClient("${this.projectUrl}","sb_publishable_FAKE")`);
    }
    if (pathname.startsWith('/rest/v1')) {
      if (request.headers['apikey'] !== 'sb_publishable_FAKE')
        return void json(401, { message: 'Invalid API key' });
      return void json(
        200,
        this.#rest(request.method, pathname.slice('/rest/v1/'.length), searchParams, body),
      );
    }
    const key = authorization?.replace('Bearer ', '') ?? '';
    const isAgent = this.validKeys.has(key);
    const messages = this.messagesOf.get(key);
    const name = this.nameOfKey.get(key);
    const accepted = {
      success: true,
      ...(name === undefined ? {} : { agent: { name } }),
      ...(pathname.endsWith('/conversations') && messages ? { conversations: [{ id: 'c1' }] } : {}),
      ...(pathname.endsWith('/conversations/c1') && messages ? { messages } : {}),
    };
    json(isAgent ? 200 : 401, isAgent ? accepted : { success: false, error: 'Invalid API key' });
  }

  #rest(method: string | undefined, table: string, query: URLSearchParams, body: string): unknown {
    if (table === '') return { definitions: this.tables };
    const rows = this.closed.has(table) ? [] : (this.tables[table] ?? []);
    if (method === 'PATCH') {
      if (this.closed.has(`${table} writes`)) return [];
      const matching = rows.filter((row) => `eq.${row['id']}` === query.get('id'));
      for (const row of matching) Object.assign(row, JSON.parse(body));
      return matching;
    }
    const offset = Number(query.get('offset') ?? 0);
    return rows.slice(offset, offset + Number(query.get('limit') ?? 1000));
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}
