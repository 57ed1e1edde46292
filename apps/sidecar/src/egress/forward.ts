import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Dispatcher } from 'undici';
import { EgressUpstreamFailed } from './egress.errors.ts';
import { forwardedRequestHeaders, forwardedResponseHeaders } from './hop-by-hop-headers.ts';
import type { UpstreamConnections } from './upstream.ts';

export interface Forwarding {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly connections: UpstreamConnections;
  /** `https://host:port`. */
  readonly origin: string;
  /** As the upstream is to see it, with the query. */
  readonly path: string;
  /** The value of the header, in place of the caller's. */
  readonly authorization?: string | undefined;
  /** Called at most once; nothing else answers the request then. */
  readonly onFailure: (error: unknown) => void;
}

/** The server ended a connection that stood; one that never stood is refused otherwise. */
const CONNECTION_CLOSED: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** Sends a request on and streams the answer back; neither body is kept. */
export function forward(forwarding: Forwarding): void {
  const { request, response, connections, origin, path, authorization, onFailure } = forwarding;
  const options: Dispatcher.DispatchOptions = {
    origin,
    path,
    method: request.method ?? 'GET',
    headers: forwardedRequestHeaders(request.rawHeaders, request.headers.connection, authorization),
    body: hasBody(request) ? request : null,
  };
  const send = (onError: (error: unknown) => void) => {
    connections.dispatcher().dispatch(options, new AnswerStream(response, onError));
  };
  send((error) => {
    if (mayBeSentAgain(options, response, error)) send(onFailure);
    else onFailure(error);
  });
}

/**
 * A kept connection may be closed by the server just as a request is written to it. What changes
 * nothing is sent once more, as HTTP clients do (RFC 9110, section 9.2.2), as long as nothing of an
 * answer has gone to the caller.
 */
function mayBeSentAgain(
  { method, body }: Dispatcher.DispatchOptions,
  response: ServerResponse,
  error: unknown,
): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return (
    (method === 'GET' || method === 'HEAD') &&
    body === null &&
    !response.headersSent &&
    !response.destroyed &&
    CONNECTION_CLOSED.has(code)
  );
}

/** Streams the upstream's answer into the caller's response, at the caller's pace. */
class AnswerStream implements Dispatcher.DispatchHandler {
  readonly #response: ServerResponse;
  readonly #onFailure: (error: unknown) => void;

  constructor(response: ServerResponse, onFailure: (error: unknown) => void) {
    this.#response = response;
    this.#onFailure = onFailure;
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    const callerWent = () => {
      if (!this.#response.writableFinished) controller.abort(new Error('the caller went away'));
    };
    if (this.#response.destroyed) callerWent();
    else this.#response.once('close', callerWent);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    // 100 Continue and its like; the answer is still to come.
    if (statusCode < 200) return;
    this.#response.writeHead(statusCode, forwardedResponseHeaders(headers));
    this.#response.on('drain', () => controller.resume());
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (!this.#response.write(chunk)) controller.pause();
  }

  onResponseEnd(): void {
    this.#response.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, cause: Error): void {
    this.#onFailure(new EgressUpstreamFailed('the upstream did not answer', { cause }));
  }
}

/** RFC 9112, section 6.3: a request without either header has none. */
function hasBody({ headers }: IncomingMessage): boolean {
  const length = headers['content-length'];
  return headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}
