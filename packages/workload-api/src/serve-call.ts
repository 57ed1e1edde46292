import { DomainError } from '@blastradius/kernel';
import {
  type Metadata,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
  status,
} from '@grpc/grpc-js';
import { type CallStatus, callStatus } from './call-status.ts';
import type { WorkloadApiLogger } from './logger.ts';
import type { ObservedCall, OnCall } from './observed-call.ts';
import { type SnapshotStreamOptions, streamSnapshots } from './snapshot-stream.ts';
import { WorkloadHeaderMissing } from './workload-api.errors.ts';

/** One connection's caller, and who hears of its calls. */
export interface WorkloadCaller {
  readonly pid: number;
  /** The selectors of the process that the request is about, which is the caller's own unless a broker asks. */
  attest(request?: object): Promise<readonly string[]>;
  /** The metadata that each call has to bring along. */
  readonly header: string;
  readonly logger: WorkloadApiLogger;
  readonly onCall: OnCall;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
}

export interface StreamMethod<Request, Snapshot> {
  /** Throws for a request that no caller may make. */
  readonly accept: (request: Request) => void;
  readonly watch: SnapshotStreamOptions<Snapshot>['watch'];
  readonly encode: (snapshot: Snapshot, request: Request) => Buffer;
}

export interface UnaryMethod<Request> {
  readonly accept: (request: Request) => void;
  readonly answer: (selectors: readonly string[], request: Request) => Promise<Buffer>;
}

/** Serves a stream of complete states until the caller hangs up, loses its identity, or the server closes. */
export function serveStream<Request extends object, Snapshot>(
  caller: WorkloadCaller,
  method: StreamMethod<Request, Snapshot>,
) {
  return async (call: ServerWritableStream<Request, Buffer>): Promise<void> => {
    const observed = caller.onCall(call.getPath(), caller);
    const hangup = new AbortController();
    call.on('cancelled', () => hangup.abort());
    try {
      assertHeader(caller, call.metadata);
      method.accept(call.request);
      await streamSnapshots({
        watch: method.watch,
        attest: () => caller.attest(call.request),
        encode: (snapshot) => method.encode(snapshot, call.request),
        send: (message) => send(call, message).then(() => observed.end()),
        signal: AbortSignal.any([hangup.signal, caller.closing]),
      });
      call.end();
      observed.end({ reason: 'caller.hung-up', status: 'CANCELLED' });
    } catch (error) {
      call.emit('error', refuse(caller, { observed, path: call.getPath() }, error));
    }
  };
}

/** Answers once. The caller is attested for each call: what it was on the last one proves nothing. */
export function serveUnary<Request extends object>(caller: WorkloadCaller, method: UnaryMethod<Request>) {
  return async (call: ServerUnaryCall<Request, Buffer>, respond: sendUnaryData<Buffer>): Promise<void> => {
    const observed = caller.onCall(call.getPath(), caller);
    try {
      assertHeader(caller, call.metadata);
      method.accept(call.request);
      const answer = await method.answer(await caller.attest(call.request), call.request);
      observed.end();
      respond(null, answer);
    } catch (error) {
      respond(refuse(caller, { observed, path: call.getPath() }, error));
    }
  };
}

interface RefusedCall {
  readonly observed: ObservedCall;
  readonly path: string;
}

/** The log hears why, the caller hears the kind of refusal. Neither hears a token or a key. */
export function refuse(caller: WorkloadCaller, { observed, path }: RefusedCall, error: unknown): CallStatus {
  const refusal = callStatus(error);
  const reason = error instanceof DomainError ? error.code : 'internal';
  observed.end({ reason, status: status[refusal.code] });
  const context = error instanceof DomainError ? { reason, ...error.context } : { err: error };
  caller.logger.warn({ ...context, pid: caller.pid, method: path }, 'workload api call refused');
  return refusal;
}

/** The stream's callback comes when the message has gone to the socket: the reader's pace. */
function send<Request>(call: ServerWritableStream<Request, Buffer>, message: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    call.write(message, (error?: Error | null) => (error ? reject(error) : resolve()));
  });
}

function assertHeader({ header }: WorkloadCaller, metadata: Metadata): void {
  if (metadata.get(header)[0] !== 'true') {
    const publicDetail = 'security header missing from request';
    throw new WorkloadHeaderMissing(publicDetail, { publicDetail });
  }
}
