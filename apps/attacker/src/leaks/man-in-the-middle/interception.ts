import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { FootholdFor } from '@blastradius/contracts';
import { request } from 'undici';
import { presentNothing, THIEF_TIMEOUT_MS } from '../../engine/thief-fetch.ts';
import type { RecordedRequest } from '../../loot/credential.ts';

const BAD_GATEWAY = 502;
const BODY_BYTES_MAX = 262_144;
/** Of one connection, and not of the message (RFC 9110, section 7.6.1). */
const hopByHop = new Set(['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'upgrade']);

export interface Interception {
  stop(): Promise<void>;
}

/** Ends TLS in the network's place, tells of each request, and hands it on as it came. */
export async function startInterception(
  { certificatePem: cert, privateKeyPem: key, listenPort, networkUrl }: FootholdFor<'man-in-the-middle'>,
  onRequest: (request: RecordedRequest) => void,
): Promise<Interception> {
  const onward = presentNothing();
  const handOn = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = ownHeaders(incoming.headers);
    onRequest({ method: incoming.method ?? 'GET', path: incoming.url ?? '/', headers });
    const body = await bodyOf(incoming);
    const answer = await request(new URL(incoming.url ?? '/', networkUrl), {
      method: (incoming.method ?? 'GET') as 'GET',
      dispatcher: onward.dispatcher(),
      headers,
      body: body.length > 0 ? body : null,
      signal: AbortSignal.timeout(THIEF_TIMEOUT_MS),
    });
    response.writeHead(answer.statusCode, ownHeaders(answer.headers));
    response.end(Buffer.from(await answer.body.arrayBuffer()));
  };
  const server = createServer({ cert, key, minVersion: 'TLSv1.3' }, (incoming, response) => {
    handOn(incoming, response).catch(() => {
      if (!response.headersSent) response.writeHead(BAD_GATEWAY);
      response.end();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(listenPort, '127.0.0.1', resolve);
  });
  return {
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await onward.close();
    },
  };
}

function ownHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Record<string, string> {
  const own = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || hopByHop.has(name) ? [] : [[name, String(value)]],
  );
  return Object.fromEntries(own);
}

async function bodyOf(incoming: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of incoming) {
    const buffer = Buffer.from(part);
    bytes += buffer.length;
    if (bytes > BODY_BYTES_MAX) throw new RangeError('the body is too large');
    parts.push(buffer);
  }
  return Buffer.concat(parts);
}
