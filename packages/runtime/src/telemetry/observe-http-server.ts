import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  type Attributes,
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { durations } from './instruments.ts';

/** What is looked at of a Fastify request. */
interface ServedRequest {
  readonly raw: IncomingMessage;
  readonly method: string;
  readonly protocol: string;
  readonly headers: IncomingHttpHeaders;
  readonly routeOptions: { readonly url?: string | undefined };
  readonly is404: boolean;
}

type Hook = (request: ServedRequest, reply: { statusCode: number }, done: () => void) => void;

/** The part of a Fastify instance that is used here. */
export interface HookableServer {
  addHook(name: 'onRequest' | 'preValidation' | 'onResponse', hook: Hook): unknown;
}

interface UnderWay {
  readonly span: Span;
  readonly within: Context;
  readonly attributes: Attributes;
  readonly startedAt: number;
}

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT']);

const requestDuration = durations('http.server.request.duration', 'Duration of HTTP server requests.');

/**
 * A span and a duration for each request to a Fastify server, named by the route's pattern, never by
 * the URL. The span is active in every later hook and in the handler. To be called before any other
 * hook is added, so that these run inside of it.
 */
export function observeHttpServer(server: HookableServer): void {
  const requests = new WeakMap<IncomingMessage, UnderWay>();
  server.addHook('onRequest', (request, _reply, done) => {
    const begun = begin(request);
    requests.set(request.raw, begun);
    context.with(begun.within, done);
  });
  server.addHook('preValidation', (request, _reply, done) => {
    // Reading a body goes through the socket's events, which know nothing of the request's context.
    context.with(requests.get(request.raw)?.within ?? context.active(), done);
  });
  server.addHook('onResponse', (request, reply, done) => {
    const begun = requests.get(request.raw);
    if (begun) end(begun, reply.statusCode);
    done();
  });
}

function begin(request: ServedRequest): UnderWay {
  const method = METHODS.has(request.method) ? request.method : '_OTHER';
  const route = request.is404 ? undefined : request.routeOptions.url;
  const attributes = {
    'http.request.method': method,
    'url.scheme': request.protocol,
    ...(route === undefined ? {} : { 'http.route': route }),
  };
  const parent = propagation.extract(ROOT_CONTEXT, request.headers);
  const span = trace
    .getTracer('blastradius')
    .startSpan(`${method} ${route ?? ''}`.trim(), { kind: SpanKind.SERVER, attributes }, parent);
  return { span, within: trace.setSpan(parent, span), attributes, startedAt: performance.now() };
}

function end({ span, attributes, startedAt }: UnderWay, status: number): void {
  const answered = {
    'http.response.status_code': status,
    ...(status < 500 ? {} : { 'error.type': String(status) }),
  };
  requestDuration.record((performance.now() - startedAt) / 1000, { ...attributes, ...answered });
  span.setAttributes(answered);
  if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
  span.end();
}
