import { DomainError } from '@blastradius/kernel';
import { WORKLOAD_HEADER, workloadApiDefinition } from '@blastradius/spiffe';
import {
  type Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { callStatus } from './call-status.ts';
import type { WorkloadApiLogger } from './logger.ts';
import type { OnCall } from './observed-call.ts';
import { encodeX509Bundles, encodeX509Svids } from './snapshot-encoding.ts';
import { streamSnapshots } from './snapshot-stream.ts';
import { WorkloadHeaderMissing } from './workload-api.errors.ts';
import type { WorkloadIdentities, X509Snapshot } from './workload-identities.ts';

type SnapshotCall = ServerWritableStream<object, Buffer>;

/** One connection's caller, and what serves it. */
export interface WorkloadCaller {
  readonly pid: number;
  attest(): Promise<readonly string[]>;
  readonly source: WorkloadIdentities;
  readonly logger: WorkloadApiLogger;
  readonly onCall: OnCall;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

/** The service as served here: responses of the X.509 profile arrive already encoded. */
export function servedDefinition(): ServiceDefinition {
  const encoded = (message: Buffer) => message;
  const { FetchX509SVID, FetchX509Bundles, ...others } = workloadApiDefinition();
  if (FetchX509SVID === undefined || FetchX509Bundles === undefined) {
    throw new TypeError('the Workload API lacks its X.509 profile');
  }
  return {
    ...others,
    FetchX509SVID: { ...FetchX509SVID, responseSerialize: encoded },
    FetchX509Bundles: { ...FetchX509Bundles, responseSerialize: encoded },
  };
}

/**
 * The methods for the caller at the other end of one connection. The standard makes the JWT
 * profile mandatory; it is not served yet, and neither is the optional WIT profile: both say
 * UNIMPLEMENTED, as SPIFFE Workload API, 4 asks for profiles that are not there.
 */
export function workloadApiHandlers(caller: WorkloadCaller): UntypedServiceImplementation {
  return {
    FetchX509SVID: (call: SnapshotCall) => void serve(call, caller, encodeX509Svids),
    FetchX509Bundles: (call: SnapshotCall) => void serve(call, caller, encodeX509Bundles),
    FetchJWTSVID: refuseUnary,
    ValidateJWTSVID: refuseUnary,
    FetchJWTBundles: refuseStream,
    FetchWITSVID: refuseStream,
    FetchWITBundles: refuseStream,
  };
}

async function serve(call: SnapshotCall, caller: WorkloadCaller, encode: (snapshot: X509Snapshot) => Buffer) {
  const observed = caller.onCall(call.getPath());
  const hangup = new AbortController();
  call.on('cancelled', () => hangup.abort());
  try {
    assertWorkloadHeader(call.metadata);
    await streamSnapshots({
      source: caller.source,
      attest: () => caller.attest(),
      encode,
      send: (message) => send(call, message).then(() => observed.end()),
      signal: AbortSignal.any([hangup.signal, caller.closing]),
    });
    call.end();
    observed.end({ reason: 'caller.hung-up', status: 'CANCELLED' });
  } catch (error) {
    const refusal = callStatus(error);
    const reason = error instanceof DomainError ? error.code : 'internal';
    observed.end({ reason, status: status[refusal.code] });
    const context = error instanceof DomainError ? { reason: error.code, ...error.context } : { err: error };
    caller.logger.warn({ ...context, pid: caller.pid, method: call.getPath() }, 'workload api call refused');
    call.emit('error', refusal);
  }
}

/** The stream's callback comes when the message has gone to the socket: the reader's pace. */
function send(call: SnapshotCall, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    call.write(message, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

function assertWorkloadHeader(metadata: Metadata): void {
  if (metadata.get(WORKLOAD_HEADER)[0] !== 'true') {
    throw new WorkloadHeaderMissing('security header missing from request');
  }
}

function refuseUnary(call: ServerUnaryCall<object, object>, answer: sendUnaryData<object>): void {
  answer(unimplemented(call.metadata));
}

function refuseStream(call: ServerWritableStream<object, object>): void {
  call.emit('error', unimplemented(call.metadata));
}

function unimplemented(metadata: Metadata) {
  try {
    assertWorkloadHeader(metadata);
    return { code: status.UNIMPLEMENTED, details: 'this profile is not served' };
  } catch (error) {
    return callStatus(error);
  }
}
