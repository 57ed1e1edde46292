import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { counter } from '@blastradius/runtime';
import { TcpPeerAttestation, type WorkloadApiLogger, type WorkloadAttestor } from '@blastradius/workload-api';
import type { CallerIdentities, IdentitySources } from './caller-identities.ts';
import { EgressConnection } from './egress-connection.ts';
import type { EgressRoute } from './egress-route.ts';
import { refuse } from './refusal.ts';
import { sendOut } from './send-out.ts';
import { SharedIdentities } from './shared-identities.ts';
import { sparseLog } from './sparse-log.ts';

export interface EgressOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** The first one that takes a request counts. */
  readonly routes: readonly EgressRoute[];
  readonly sources: IdentitySources;
  readonly attestors: readonly WorkloadAttestor[];
  readonly logger: WorkloadApiLogger;
}

export interface EgressProxy {
  readonly url: string;
  /** Requests under way end first, within `CLOSE_GRACE_MS`. */
  close(): Promise<void>;
}

const requests = counter('blastradius.sidecar.egress.requests', {
  description: 'Requests through the egress proxy, by the status of the answer.',
  unit: '{request}',
});

/** Plain HTTP shows everything to whoever is on the way: nobody is, on loopback. Not to be configured. */
const ADDRESS = '127.0.0.1';
/** A caller finds its connection open after a pause; it pays with a file descriptor of ours. */
const KEEP_ALIVE_MS = 75_000;
const CONNECTIONS_MAX = 4096;
const CLOSE_GRACE_MS = 3000;
const CLOSE_SWEEP_MS = 50;

/**
 * Lets a program that has no client for the Workload API, or can't change its certificate under way,
 * speak to the upstreams of its routes with its identity: plain HTTP on loopback in; out, mutual TLS
 * with the X509-SVID of the attested caller, or its JWT-SVID.
 */
export async function startEgressProxy(options: EgressOptions): Promise<EgressProxy> {
  const shared = new SharedIdentities(options.sources);
  const attestation = new TcpPeerAttestation(options.attestors);
  const connections = new WeakMap<Socket, EgressConnection>();
  const refused = sparseLog(options.logger, 'egress request not served');

  const serve = (request: IncomingMessage, response: ServerResponse, identities: CallerIdentities) => {
    const onFailure = (error: unknown) => fail(response, error);
    sendOut(options.routes, { request, response, identities, onFailure });
  };
  const fail = (response: ServerResponse, error: unknown) => {
    // A caller that hung up has no use for an answer, and its going is no failure of ours.
    if (response.destroyed) return;
    refused(error);
    refuse(response, error);
  };
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    response.on('error', () => {});
    response.once('finish', () => requests.add(1, { 'http.response.status_code': response.statusCode }));
    if (!server.listening) response.shouldKeepAlive = false;
    const connection = connections.get(request.socket);
    try {
      if (connection === undefined) throw new TypeError('a request without a connection');
      if (connection.known !== undefined) serve(request, response, connection.known);
      else serveOnceKnown(connection, request, response, serve).catch((error) => fail(response, error));
    } catch (error) {
      fail(response, error);
    }
  });
  server.maxConnections = CONNECTIONS_MAX;
  server.on('connection', (socket: Socket) => {
    connections.set(socket, new EgressConnection(socket, attestation, shared));
  });
  server.listen(options.port, ADDRESS);
  await once(server, 'listening');
  const url = `http://${ADDRESS}:${(server.address() as AddressInfo).port}`;
  const routes = options.routes.map(({ name, origin }) => ({ name, origin }));
  options.logger.info({ url, routes }, 'egress proxy serves');
  return {
    url,
    close: async () => {
      await closeGently(server);
      await shared.close();
    },
  };
}

async function serveOnceKnown(
  connection: EgressConnection,
  request: IncomingMessage,
  response: ServerResponse,
  serve: (request: IncomingMessage, response: ServerResponse, identities: CallerIdentities) => void,
): Promise<void> {
  serve(request, response, await connection.identities());
}

async function closeGently(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  // Each connection goes as soon as its answer has gone.
  const sweep = setInterval(() => server.closeIdleConnections(), CLOSE_SWEEP_MS);
  const cut = setTimeout(() => server.closeAllConnections(), CLOSE_GRACE_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
}
