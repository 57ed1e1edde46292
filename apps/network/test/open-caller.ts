import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  // The shape is what the tests are about.
  // biome-ignore lint/suspicious/noExplicitAny: answers are asserted on, not used
  readonly body: any;
  readonly text: string;
}

export interface CallerOptions {
  readonly port: number;
  readonly ca?: string | undefined;
  readonly cert?: string;
  readonly key?: string;
  readonly apiKey?: string;
  readonly headers?: Record<string, string>;
  readonly keepAlive?: boolean;
}

export interface Caller {
  get(path: string, headers?: Record<string, string>): Promise<Reply>;
  post(path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  patch(path: string, body: unknown): Promise<Reply>;
  delete(path: string, body?: unknown): Promise<Reply>;
  close(): void;
}

/** Real HTTPS, with whatever the caller wants to show. Without `ca`, whoever answers is believed. */
export function openCaller(options: CallerOptions): Caller {
  const { port, ca, cert, key, apiKey, headers = {}, keepAlive = true } = options;
  const agent = new Agent({
    keepAlive,
    maxSockets: 4,
    rejectUnauthorized: ca !== undefined,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert, key }),
  });
  const own = { ...headers, ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) };
  const call = (method: string, path: string, body?: unknown, more: Record<string, string> = {}) =>
    send({ agent, port, method, path, body, headers: { ...own, ...more } });
  return {
    get: (path, more) => call('GET', path, undefined, more),
    post: (path, body, more) => call('POST', path, body, more),
    patch: (path, body) => call('PATCH', path, body),
    delete: (path, body) => call('DELETE', path, body),
    close: () => agent.destroy(),
  };
}

async function send(options: {
  agent: Agent;
  port: number;
  method: string;
  path: string;
  body: unknown;
  headers: Record<string, string>;
}): Promise<Reply> {
  const { agent, port, method, path, body, headers } = options;
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const sent = request({
    agent,
    host: '127.0.0.1',
    port,
    method,
    path: path.startsWith('/v1') ? `/api${path}` : path,
    headers: {
      ...headers,
      ...(payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(payload)) }),
    },
  });
  sent.end(payload);
  const [answer] = await once(sent, 'response');
  let text = '';
  for await (const chunk of answer) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, body: parsed(text), text };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
