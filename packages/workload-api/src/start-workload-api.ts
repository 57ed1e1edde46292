import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import {
  type ConnectionInjector,
  Server as GrpcServer,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { attestWorkload } from './attestation/attest-workload.ts';
import { createWorkloadAttestors } from './attestation/create-attestors.ts';
import { PinnedProcess } from './attestation/pinned-process.ts';
import type { WorkloadAttestor } from './attestation/workload-attestor.ts';
import type { WorkloadApiLogger } from './logger.ts';
import type { OnCall } from './observed-call.ts';
import { assertPeerCredentialsSupported, readPeerCredentials } from './peer-credentials.ts';
import { listenOnUnixSocket } from './unix-socket.ts';
import { servedDefinition, type WorkloadCaller, workloadApiHandlers } from './workload-api-handlers.ts';
import type { WorkloadIdentities } from './workload-identities.ts';

export interface WorkloadApiOptions {
  readonly socketPath: string;
  readonly source: WorkloadIdentities;
  readonly logger: WorkloadApiLogger;
  readonly onCall?: OnCall;
  /** `unix` and `interpreter` unless given. */
  readonly attestors?: readonly WorkloadAttestor[];
}

export interface WorkloadApi {
  /** Ends every stream with OK, so that clients come back at once, and removes the socket. */
  close(): Promise<void>;
}

/** How long streams have to end by themselves when the server closes. */
const CLOSE_GRACE_MS = 500;
const GRPC_OPTIONS = {
  'grpc.enable_channelz': 0,
  'grpc.max_concurrent_streams': 100,
  // Requests are empty or nearly so; responses have no limit.
  'grpc.max_receive_message_length': 64 * 1024,
  'grpc.max_send_message_length': -1,
} as const;

/** Serves the SPIFFE Workload API on a Unix socket to every process that may open it. */
export async function startWorkloadApi(options: WorkloadApiOptions): Promise<WorkloadApi> {
  assertPeerCredentialsSupported();
  const attestors = options.attestors ?? createWorkloadAttestors({ logger: options.logger });
  const definition = servedDefinition();
  const closing = new AbortController();
  const connections = new Map<Socket, ConnectionInjector>();

  const accept = (socket: Socket) => {
    // Before anything is read from it: the peer may be gone soon.
    const process = new PinnedProcess(readPeerCredentials(socket));
    const caller: WorkloadCaller = {
      pid: process.pid,
      attest: () => attestWorkload(process, attestors),
      source: options.source,
      logger: options.logger,
      onCall: options.onCall ?? (() => ({ end: () => {} })),
      closing: closing.signal,
    };
    const { grpc, injector } = serveConnection(definition, caller);
    connections.set(socket, injector);
    socket.once('close', () => {
      connections.delete(socket);
      grpc.forceShutdown();
      process.release();
    });
    injector.injectConnection(socket);
  };
  const server = createServer((socket) => {
    socket.on('error', (error) => options.logger.debug({ err: error }, 'workload connection failed'));
    try {
      accept(socket);
    } catch (error) {
      options.logger.warn({ err: error }, 'workload connection refused');
      socket.destroy();
    }
  });
  await listenOnUnixSocket(server, options.socketPath);
  options.logger.info({ socketPath: options.socketPath }, 'workload api serves');

  return {
    close: async () => {
      if (closing.signal.aborted) return;
      const closed = once(server, 'close');
      server.close();
      closing.abort();
      for (const injector of connections.values()) injector.drain(CLOSE_GRACE_MS);
      const cut = setTimeout(() => {
        for (const socket of connections.keys()) socket.destroy();
      }, CLOSE_GRACE_MS);
      await closed;
      clearTimeout(cut);
    },
  };
}

/**
 * A gRPC server for each connection: its handlers know their caller by closure. grpc-js has no
 * public way from a call to the socket it came in on, and a mix-up here would hand one
 * workload's identity to another.
 */
function serveConnection(definition: ServiceDefinition, caller: WorkloadCaller) {
  const grpc = new GrpcServer(GRPC_OPTIONS);
  grpc.addService(definition, workloadApiHandlers(caller));
  return { grpc, injector: grpc.createConnectionInjector(ServerCredentials.createInsecure()) };
}
