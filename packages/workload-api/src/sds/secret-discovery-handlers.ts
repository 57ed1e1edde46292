import type {
  ServerDuplexStream,
  ServerUnaryCall,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { refuse, type WorkloadCaller } from '../serve-call.ts';
import { NoIdentityIssued } from '../workload-api.errors.ts';
import type { WorkloadIdentities, X509Snapshot } from '../workload-identities.ts';
import { DeltaSubscription } from './delta-subscription.ts';
import { firstSnapshot } from './first-snapshot.ts';
import { secretCatalogue } from './secret-catalogue.ts';
import type { DiscoveryRequest, DiscoveryResponse } from './secret-discovery-definition.ts';
import { SecretStream } from './secret-stream.ts';
import { assertSecretType, type SecretSubscription, type TakenRequest } from './secret-subscription.ts';
import { fetchSecrets, StateOfTheWorld } from './state-of-the-world.ts';
import { takesSpiffeValidator } from './validator-preference.ts';

interface Call {
  getPath(): string;
}

interface Server {
  readonly caller: WorkloadCaller;
  readonly source: WorkloadIdentities;
}

/**
 * Envoy's secret discovery for the caller at the other end of one connection, attested as every other.
 *
 * There is no header to tell a client that means it from a confused one, as the Workload API has: an
 * Envoy that was configured for SPIRE sends none. What stands in its place: a Unix socket is out of reach for a browser and for most
 * of what a server can be talked into fetching, and a call begins with HTTP/2's preface without an
 * upgrade and needs `application/grpc`. A program that forwards whole gRPC calls of strangers to Unix
 * sockets would give its own secrets away here, as it would with SPIRE.
 */
export function secretDiscoveryHandlers(
  caller: WorkloadCaller,
  source: WorkloadIdentities,
): UntypedServiceImplementation {
  const server = { caller, source };
  return {
    StreamSecrets: (call: ServerDuplexStream<object, object>) =>
      void serveStream(call, server, new StateOfTheWorld()),
    DeltaSecrets: (call: ServerDuplexStream<object, object>) =>
      void serveStream(call, server, new DeltaSubscription()),
    FetchSecrets: (call: ServerUnaryCall<DiscoveryRequest, object>, answer: sendUnaryData<object>) =>
      void serveFetch(call, server, answer),
  };
}

async function serveStream<Request, Response>(
  call: ServerDuplexStream<Request, Response>,
  { caller, source }: Server,
  subscription: SecretSubscription<Request, Response>,
): Promise<void> {
  const observed = caller.onCall(call.getPath(), caller);
  const hangup = new AbortController();
  const stream = new SecretStream({
    subscription,
    source,
    attest: () => caller.attest(),
    send: (response) => send(call, response).then(() => observed.end()),
    onTaken: (taken) => {
      logTaken(taken, caller, call);
      if (call.isPaused() && stream.waiting === 0) call.resume();
    },
    signal: AbortSignal.any([hangup.signal, caller.closing]),
  });
  call.on('cancelled', () => hangup.abort());
  call.on('end', () => hangup.abort());
  call.on('error', () => hangup.abort());
  call.on('data', (request) => {
    call.pause();
    stream.take(request);
  });
  try {
    await stream.run();
    call.end();
    observed.end({ reason: 'caller.hung-up', status: 'CANCELLED' });
  } catch (error) {
    call.emit('error', refuse(caller, { observed, path: call.getPath() }, error));
  }
}

async function serveFetch(
  call: ServerUnaryCall<DiscoveryRequest, object>,
  { caller, source }: Server,
  answer: sendUnaryData<object>,
): Promise<void> {
  const observed = caller.onCall(call.getPath(), caller);
  try {
    assertSecretType(call.request.typeUrl);
    const selectors = await caller.attest();
    const snapshot = await firstSnapshot(source, selectors, caller.closing);
    answer(null, fetched(call.request, snapshot));
    observed.end();
  } catch (error) {
    answer(refuse(caller, { observed, path: call.getPath() }, error));
  }
}

function fetched(request: DiscoveryRequest, snapshot: X509Snapshot): DiscoveryResponse {
  if (snapshot.svids.length === 0) throw new NoIdentityIssued('no identity issued');
  const spiffeValidator = takesSpiffeValidator(request.node ?? undefined);
  return fetchSecrets(request, secretCatalogue(snapshot, spiffeValidator));
}

/** The stream's callback comes when the message has gone to the socket: the reader's pace. */
function send<Response>(call: ServerDuplexStream<unknown, Response>, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    call.write(response, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

function logTaken({ rejection, stale }: TakenRequest, { pid, logger }: WorkloadCaller, call: Call): void {
  const context = { pid, method: call.getPath() };
  if (rejection !== undefined) {
    // Its words and not ours: cut, so that a log line stays one.
    logger.warn({ ...context, rejection: rejection.slice(0, 500) }, 'sds client did not apply secrets');
  }
  if (stale) logger.debug(context, 'sds request for an earlier response left alone');
}
