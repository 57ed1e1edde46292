import type { Socket } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { type MtlsOptions, mtlsServerOptions, protectServer, verifyTlsPeer } from '@blastradius/spiffe';
import { type ConnectionInjector, Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { attestWorkload } from '../attestation/attest-workload.ts';
import type { PinnedProcess } from '../attestation/pinned-process.ts';
import type { WorkloadAttestor } from '../attestation/workload-attestor.ts';
import type { WorkloadApiLogger } from '../logger.ts';
import type { OnCall } from '../observed-call.ts';
import type { WorkloadCaller } from '../serve-call.ts';
import { listenOnUnixSocket } from '../unix-socket.ts';
import { BROKER_API_REVISION, BROKER_HEADER, brokerDefinition } from './broker-definition.ts';
import { type BrokeredIdentities, brokerHandlers } from './broker-handlers.ts';
import { type BrokerRequest, pinReferencedProcess } from './referenced-process.ts';

export interface BrokerApiOptions {
  readonly socketPath: string;
  /** Who we are, whom we believe, and who may ask at all; for whom, `identitiesFor` knows. */
  readonly tls: MtlsOptions;
  /** By the broker's SPIFFE ID. Throws where there are too many brokers. */
  readonly identitiesFor: (broker: string) => BrokeredIdentities;
  readonly attestors: readonly WorkloadAttestor[];
  readonly logger: WorkloadApiLogger;
  readonly onCall?: OnCall;
}

const CLOSE_GRACE_MS = 500;
const GRPC_OPTIONS = {
  'grpc.enable_channelz': 0,
  'grpc.max_concurrent_streams': 1000,
  'grpc.max_receive_message_length': 64 * 1024,
  'grpc.max_send_message_length': -1,
} as const;

/**
 * Serves the SPIFFE Broker API (incubating) on a Unix socket: a workload that proves its own SVID by mutual TLS
 * asks for the SVIDs of another process of this host, which is attested here, by its pid.
 */
export async function startBrokerApi(options: BrokerApiOptions): Promise<{ close(): Promise<void> }> {
  const { socketPath: path, tls, logger } = options;
  const closing = new AbortController();
  const connections = new Map<Socket, ConnectionInjector>();
  const server = createServer({ ...mtlsServerOptions, ALPNProtocols: ['h2'] });
  const stopFollowing = protectServer(server, {
    ...tls,
    onRefused: (error) => logger.warn({ err: error }, 'broker refused'),
    onError: (error) => logger.warn({ err: error }, 'the broker endpoint goes on with its last certificate'),
  });
  server.on('tlsClientError', (error) => logger.debug({ err: error }, 'broker handshake failed'));
  server.on('secureConnection', (socket) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'broker connection failed'));
    try {
      const { grpc, injector } = serveBroker(options, socket, closing.signal);
      connections.set(socket, injector);
      socket.once('close', () => {
        connections.delete(socket);
        grpc.forceShutdown();
      });
      injector.injectConnection(socket);
    } catch (error) {
      socket.destroy();
      logger.warn({ err: error }, 'broker connection refused');
    }
  });
  const accept = (socket: Socket) => {
    socket.on('error', (error) => logger.debug({ err: error }, 'broker connection failed'));
    server.emit('connection', socket);
  };
  const listening = await listenOnUnixSocket({ path, accept, logger });
  logger.info({ socketPath: path, revision: BROKER_API_REVISION }, 'broker api serves');
  return {
    close: async () => {
      const closed = listening.close();
      closing.abort();
      stopFollowing();
      for (const injector of connections.values()) injector.drain(CLOSE_GRACE_MS);
      const cut = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy();
      }, CLOSE_GRACE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

/** A server for each connection, as the Workload API has it: its handlers know their broker by closure. */
function serveBroker(options: BrokerApiOptions, socket: TLSSocket, closing: AbortSignal) {
  const { tls, attestors, logger, onCall = () => ({ end: () => {} }) } = options;
  const broker = verifyTlsPeer(socket, tls).spiffeId.toString();
  const pinned = new WeakMap<object, PinnedProcess>();
  const caller: WorkloadCaller = {
    pid: 0,
    header: BROKER_HEADER,
    attest: async (request = {}) => {
      // A connection may outlive the certificate, and the authorities, that it was opened with.
      verifyTlsPeer(socket, tls);
      const process = pinned.get(request) ?? pinReferencedProcess(request as BrokerRequest);
      pinned.set(request, process);
      return attestWorkload(process, attestors);
    },
    logger: withBroker(logger, broker),
    onCall,
    closing,
  };
  const grpc = new GrpcServer(GRPC_OPTIONS);
  grpc.addService(brokerDefinition().service, brokerHandlers(caller, options.identitiesFor(broker)));
  return { grpc, injector: grpc.createConnectionInjector(ServerCredentials.createInsecure()) };
}

function withBroker(logger: WorkloadApiLogger, broker: string): WorkloadApiLogger {
  return {
    debug: (context, message) => logger.debug({ ...context, broker }, message),
    info: (context, message) => logger.info({ ...context, broker }, message),
    warn: (context, message) => logger.warn({ ...context, broker }, message),
  };
}
