import type { Socket } from 'node:net';
import { type Clock, systemClock } from '@blastradius/kernel';
import { WORKLOAD_HEADER } from '@blastradius/spiffe';
import { type ConnectionInjector, Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';
import { attestWorkload } from './attestation/attest-workload.ts';
import { createWorkloadAttestors } from './attestation/create-attestors.ts';
import { PinnedProcess } from './attestation/pinned-process.ts';
import type { WorkloadAttestor } from './attestation/workload-attestor.ts';
import { ClientGone } from './authority-repair/authority-repair.errors.ts';
import { greetClient } from './authority-repair/greet-client.ts';
import type { AddedService } from './discovery/added-service.ts';
import { createHealth } from './discovery/health.ts';
import { reflectionServices } from './discovery/reflection.ts';
import { servedDefinition } from './encode-response.ts';
import type { WorkloadApiLogger } from './logger.ts';
import type { OnCall } from './observed-call.ts';
import { assertPeerCredentialsSupported, readPeerCredentials } from './peer-credentials.ts';
import { secretDiscovery } from './sds/secret-discovery-definition.ts';
import { secretDiscoveryHandlers } from './sds/secret-discovery-handlers.ts';
import type { WorkloadCaller } from './serve-call.ts';
import type { JwtIdentities, WitIdentities } from './token-identities.ts';
import { listenOnUnixSocket } from './unix-socket.ts';
import { workloadApiHandlers } from './workload-api-handlers.ts';
import type { WorkloadIdentities } from './workload-identities.ts';

export interface WorkloadApiOptions {
  readonly socketPath: string;
  readonly trustDomain: string;
  readonly source: WorkloadIdentities;
  readonly jwt: JwtIdentities;
  /** The WIT-SVID profile is incubating: left out, its methods say UNIMPLEMENTED. */
  readonly wit?: WitIdentities | undefined;
  readonly logger: WorkloadApiLogger;
  readonly onCall?: OnCall;
  /** `unix` and `interpreter` unless given. */
  readonly attestors?: readonly WorkloadAttestor[];
  /** By which tokens are judged, the system's where it is left out. */
  readonly clock?: Clock;
}

export interface WorkloadApi {
  /** Its socket is where it should be; somebody may have taken it away. */
  readonly isReachable: boolean;
  /** Ends every stream with OK, so that clients come back at once, and removes the socket. */
  close(): Promise<void>;
}

/** How long streams have to end by themselves when the server closes. */
const CLOSE_GRACE_MS = 500;
const GRPC_OPTIONS = {
  'grpc.enable_channelz': 0,
  'grpc.max_concurrent_streams': 100,
  // Requests are empty or nearly so, but for Envoy's first one: it lists all of its extensions, some
  // hundred kilobytes. Responses have no limit.
  'grpc.max_receive_message_length': 1024 * 1024,
  'grpc.max_send_message_length': -1,
} as const;

/** Serves the SPIFFE Workload API on a Unix socket to every process that may open it. */
export async function startWorkloadApi(options: WorkloadApiOptions): Promise<WorkloadApi> {
  assertPeerCredentialsSupported();
  const attestors = options.attestors ?? createWorkloadAttestors({ logger: options.logger });
  const health = createHealth();
  const discovery = [health.service, ...reflectionServices()];
  const closing = new AbortController();
  const connections = new Map<Socket, ConnectionInjector>();

  const accept = async (socket: Socket) => {
    // Before anything is read from it: the peer may be gone soon.
    const process = new PinnedProcess(readPeerCredentials(socket));
    socket.once('close', () => process.release());
    const caller: WorkloadCaller = {
      pid: process.pid,
      attest: () => attestWorkload(process, attestors),
      header: WORKLOAD_HEADER,
      logger: options.logger,
      onCall: options.onCall ?? (() => ({ end: () => {} })),
      closing: closing.signal,
    };
    const { grpc, injector } = serveConnection(options, caller, discovery);
    connections.set(socket, injector);
    socket.once('close', () => {
      connections.delete(socket);
      grpc.forceShutdown();
    });
    injector.injectConnection(await greetClient(socket));
  };
  const onConnection = (socket: Socket) => {
    socket.on('error', (error) => options.logger.debug({ err: error }, 'workload connection failed'));
    accept(socket).catch((error: unknown) => {
      socket.destroy();
      if (error instanceof ClientGone) return;
      options.logger.warn({ err: error }, 'workload connection refused');
    });
  };
  const { socketPath: path, logger } = options;
  const listening = await listenOnUnixSocket({ path, accept: onConnection, logger });
  options.logger.info({ socketPath: options.socketPath }, 'workload api serves');

  return {
    get isReachable() {
      return listening.isReachable;
    },
    close: async () => {
      if (closing.signal.aborted) return;
      const closed = listening.close();
      closing.abort();
      health.stopping();
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
function serveConnection(
  options: WorkloadApiOptions,
  caller: WorkloadCaller,
  discovery: readonly AddedService[],
) {
  const { source: x509, jwt, wit, trustDomain, clock = systemClock } = options;
  const identities = { x509, jwt, wit, trustDomain, clock };
  const grpc = new GrpcServer(GRPC_OPTIONS);
  grpc.addService(servedDefinition(), workloadApiHandlers(caller, identities));
  grpc.addService(secretDiscovery().service, secretDiscoveryHandlers(caller, x509));
  for (const { definition, implementation } of discovery) grpc.addService(definition, implementation);
  return { grpc, injector: grpc.createConnectionInjector(ServerCredentials.createInsecure()) };
}
