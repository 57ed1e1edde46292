import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';

export interface RpcCall {
  /** `spiffe.workload.SpiffeWorkloadAPI/FetchX509SVID` */
  readonly method: string;
}

export interface ObservedRpc {
  /** The first answer is out, or the call was refused: `error` is then gRPC's name of the status. */
  end(error?: string): void;
}

/** A server span for one gRPC call, from its arrival to its first answer: a stream may live for days. */
export function observeRpc({ method }: RpcCall): ObservedRpc {
  const span = trace.getTracer('blastradius').startSpan(method, {
    kind: SpanKind.SERVER,
    attributes: { 'rpc.system.name': 'grpc', 'rpc.method': method },
  });
  let ended = false;
  return {
    end: (error) => {
      if (ended) return;
      ended = true;
      span.setAttribute('rpc.response.status_code', error ?? 'OK');
      if (error !== undefined) {
        span.setAttribute('error.type', error);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}
