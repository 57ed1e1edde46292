import { randomUUID } from 'node:crypto';
import type { DataApiRecord, LedgerWriter } from '@blastradius/ledger';
import { drainConnections, observeHttpServer } from '@blastradius/runtime';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { SignJWT } from 'jose';
import { Agent } from 'undici';
import { type ApiKeys, type Role, roleOf } from './api-key.ts';
import type { PostgrestAddress } from './config.ts';

export interface GatewayOptions extends ApiKeys {
  readonly tls: { readonly key: string; readonly cert: string };
  readonly postgrest: PostgrestAddress;
  readonly postgrestJwtSecret: string;
  readonly callerTokens: 'drop' | 'pass';
  readonly ledger: LedgerWriter<DataApiRecord>;
}

export interface Gateway {
  readonly app: FastifyInstance;
  /** Whether PostgREST answers and has read its schema. */
  isReady(): Promise<boolean>;
}

const PREFIX = '/rest/v1';

/** What goes through to PostgREST; a caller's own `authorization` does only where it may. */
const REQUEST_HEADERS = [
  'accept',
  'accept-profile',
  'content-profile',
  'content-type',
  'prefer',
  'range',
  'range-unit',
];
const ANSWER_HEADERS = [
  'content-location',
  'content-profile',
  'content-range',
  'content-type',
  'location',
  'preference-applied',
];

/**
 * The hosted backend's front door, in the shape of Supabase's: `/rest/v1/*` with an `apikey`
 * header, publishable key -> `anon`, secret key -> `service_role`, 401 for anything else.
 * Whatever the role may do in the database is PostgREST's and PostgreSQL's own decision.
 */
export function createGateway(options: GatewayOptions): Gateway {
  const upstream = openUpstream(options.postgrest);
  const app = Fastify({
    https: { ...options.tls, minVersion: 'TLSv1.3' },
    bodyLimit: 1_048_576,
    logger: false,
    return503OnClosing: false,
  });
  observeHttpServer(app);
  app.addHook('preClose', () => drainConnections(app.server));
  // Bodies are handed on as they came; PostgREST is the one to judge them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onClose', () => upstream.agent.close());

  app.get('/healthz', async () => ({ status: 'ok' }));
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    const key = roleOf(headerOf(request, 'apikey'), options);
    // The publishable key opens the door; whose rows they are is then the token's matter.
    const callerToken = key === 'anon' ? callerTokenOf(request, options) : undefined;
    const role = callerToken === undefined ? key : 'caller';
    const status = role
      ? await forward({ request, reply, upstream, token: callerToken ?? (await tokenFor(role, options)) })
      : refuse(reply, headerOf(request, 'apikey'));
    options.ledger.append({
      ledger: 'data-api',
      atMs: Date.now(),
      requestId: headerOf(request, 'x-request-id')?.slice(0, 100) ?? randomUUID(),
      method: request.method,
      table: tableOf(request.url),
      role: role ?? 'none',
      status,
      sourceAddress: request.ip,
    });
    return reply;
  };
  app.all(PREFIX, handle);
  app.all(`${PREFIX}/*`, handle);
  return { app, isReady: () => answers(upstream) };
}

interface Upstream {
  readonly agent: Agent;
  readonly origin: string;
}

function openUpstream(address: PostgrestAddress): Upstream {
  const connections = 16;
  if ('url' in address) return { agent: new Agent({ connections }), origin: new URL(address.url).origin };
  const agent = new Agent({ connect: { socketPath: address.socketPath }, connections });
  return { agent, origin: 'http://postgrest' };
}

/** PostgREST listens before its schema cache is there; 503 means "not yet". */
async function answers({ agent, origin }: Upstream): Promise<boolean> {
  const { statusCode, body } = await agent.request({
    origin,
    path: '/',
    method: 'HEAD',
    headersTimeout: 2000,
  });
  await body.dump();
  return statusCode === 200;
}

function headerOf(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** The first path segment; the query (which may hold anything) stays out of the ledger. */
function tableOf(url: string): string {
  return (
    new URL(url, 'https://gateway').pathname
      .slice(PREFIX.length + 1)
      .split('/')[0]
      ?.slice(0, 100) || '/'
  );
}

function refuse(reply: FastifyReply, apiKey: string | undefined): number {
  const message = apiKey === undefined ? 'No API key found in request' : 'Invalid API key';
  reply.code(401).send({ message, hint: 'No `apikey` request header or url param was found.' });
  return 401;
}

function callerTokenOf(request: FastifyRequest, { callerTokens }: GatewayOptions): string | undefined {
  if (callerTokens === 'drop') return undefined;
  return /^Bearer ([\w.~+/-]+=*)$/i.exec(headerOf(request, 'authorization') ?? '')?.[1];
}

/** `anon` needs no token: it is PostgREST's role for callers without one. */
async function tokenFor(role: Role | 'caller', options: GatewayOptions): Promise<string | undefined> {
  if (role !== 'service_role') return undefined;
  return new SignJWT({ role })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime('1 minute')
    .sign(new TextEncoder().encode(options.postgrestJwtSecret));
}

interface Forwarded {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly upstream: Upstream;
  readonly token: string | undefined;
}

async function forward({ request, reply, upstream, token }: Forwarded): Promise<number> {
  const headers = pick(REQUEST_HEADERS, (name) => headerOf(request, name));
  if (token) headers['authorization'] = `Bearer ${token}`;
  try {
    const answer = await upstream.agent.request({
      origin: upstream.origin,
      path: request.url.slice(PREFIX.length) || '/',
      method: request.method as 'GET',
      headers,
      body: Buffer.isBuffer(request.body) ? request.body : null,
    });
    const body = Buffer.from(await answer.body.arrayBuffer());
    reply.code(answer.statusCode).headers(pick(ANSWER_HEADERS, (name) => answer.headers[name]?.toString()));
    reply.send(body);
    return answer.statusCode;
  } catch {
    reply.code(502).send({ message: 'The upstream server is not answering' });
    return 502;
  }
}

function pick(
  names: readonly string[],
  lookUp: (name: string) => string | undefined,
): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = lookUp(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
