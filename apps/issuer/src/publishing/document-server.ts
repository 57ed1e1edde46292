import { constants } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@blastradius/nest-kit';

/** By path; each gives the document as it is now. */
export type PublishedDocuments = ReadonlyMap<string, () => Promise<string>>;

export interface DocumentServerOptions {
  readonly documents: PublishedDocuments;
  readonly address: string;
  readonly port: number;
  readonly identity: SecureContextOptions;
  readonly logger: Logger;
}

export interface DocumentServer {
  readonly port: number;
  /** From the next connection on. */
  setIdentity(identity: SecureContextOptions): void;
  close(): Promise<void>;
}

/** Strangers have little of our time and memory: a poll needs a second, some headers and no body. */
const PATIENCE_MS = 5000;
const HEADER_BYTES_MAX = 8192;
const CONNECTIONS_MAX = 256;
/** However often a document is asked for, the database hears of it this often. */
const FRESH_MS = 500;

/**
 * Serves documents that are public to anyone who asks by GET: JSON, no redirects, no client certificate, one
 * request a connection. TLS 1.2 is the oldest, as Mozilla's "intermediate" has it (SPIFFE Federation, 5.2).
 */
export async function serveDocuments(options: DocumentServerOptions): Promise<DocumentServer> {
  const { address, port, identity, logger } = options;
  const documents = new Map([...options.documents].map(([path, read]) => [path, remembered(read)]));
  const server = createServer(
    {
      ...secureContext(identity),
      handshakeTimeout: PATIENCE_MS,
      headersTimeout: PATIENCE_MS,
      requestTimeout: PATIENCE_MS,
      connectionsCheckingInterval: 1000,
      maxHeaderSize: HEADER_BYTES_MAX,
    },
    (request, response) => void answer(documents, request, response).catch((err) => failed(err, response)),
  );
  const failed = (err: unknown, response: ServerResponse) => {
    logger.error({ err }, 'a public document can not be read');
    send(response, 503, { 'retry-after': '5' });
  };
  server.maxConnections = CONNECTIONS_MAX;
  await listening(server, port, address);
  return {
    port: (server.address() as AddressInfo).port,
    setIdentity: (next) => server.setSecureContext(secureContext(next)),
    close: () => closed(server),
  };
}

async function answer(
  documents: PublishedDocuments,
  { method, url = '' }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const read = documents.get(url.split('?', 1)[0] ?? '');
  if (read === undefined) return send(response, 404);
  if (method !== 'GET') return send(response, 405, { allow: 'GET' });
  send(response, 200, {}, await read());
}

function send(
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
  text = '',
): void {
  response.writeHead(status, {
    ...headers,
    // Whoever keeps a copy asks again before it uses it: a key that was withdrawn must not live on in a cache.
    'cache-control': 'no-cache',
    connection: 'close',
    'content-length': Buffer.byteLength(text),
    ...(text === '' ? {} : { 'content-type': 'application/json', 'x-content-type-options': 'nosniff' }),
  });
  response.end(text);
}

/** One reading at a time, and what it gave for a moment; a failure is not kept. */
function remembered(read: () => Promise<string>): () => Promise<string> {
  let last: { readonly atMs: number; readonly text: Promise<string> } | undefined;
  return () => {
    const nowMs = performance.now();
    if (last !== undefined && nowMs - last.atMs < FRESH_MS) return last.text;
    const reading = { atMs: nowMs, text: read() };
    last = reading;
    reading.text.catch(() => {
      if (last === reading) last = undefined;
    });
    return reading.text;
  };
}

function secureContext({ cert, key }: SecureContextOptions): SecureContextOptions {
  const secureOptions = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;
  return { cert, key, minVersion: 'TLSv1.2', secureOptions };
}

function listening(server: Server, port: number, address: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen(port, address, () => {
    server.off('error', reject);
    resolve();
  });
  return promise;
}

function closed(server: Server): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  // Each connection carries one short request; what is left after that was never going to send one.
  setTimeout(() => server.closeAllConnections(), 1000).unref();
  return promise;
}
