import { DomainError, type DomainErrorOptions, type ErrorCategory } from '@blastradius/kernel';
import { status } from '@grpc/grpc-js';

/** `SPIFFE_ENDPOINT_SOCKET` or the given endpoint is missing or no Workload Endpoint address. */
export class WorkloadEndpointInvalid extends DomainError {
  readonly code = 'workload-api.endpoint-invalid';
  readonly category = 'invalid';
}

export type WatchFailureCode =
  | 'workload-api.invalid-argument'
  | 'workload-api.permission-denied'
  | 'workload-api.unavailable'
  | 'workload-api.malformed-response';

const CATEGORIES: Readonly<Record<WatchFailureCode, ErrorCategory>> = {
  'workload-api.invalid-argument': 'invalid',
  'workload-api.permission-denied': 'forbidden',
  'workload-api.unavailable': 'unavailable',
  'workload-api.malformed-response': 'internal',
};

/** A watch lost its stream. It goes on by itself unless `isFinal`. */
export class WorkloadApiWatchFailed extends DomainError {
  readonly code: WatchFailureCode;
  readonly category: ErrorCategory;

  constructor(code: WatchFailureCode, message: string, options?: DomainErrorOptions) {
    super(message, options);
    this.code = code;
    this.category = CATEGORIES[code];
  }

  /** The request itself is wrong and would be so again (SPIFFE Workload API, 4.4). */
  get isFinal(): boolean {
    return this.code === 'workload-api.invalid-argument';
  }
}

/** By the status of the call; one that can pass, whatever its name, is "unavailable". */
export function watchFailureOf(error: { readonly code?: number; readonly details?: string }) {
  const codes: Readonly<Record<number, WatchFailureCode>> = {
    [status.INVALID_ARGUMENT]: 'workload-api.invalid-argument',
    [status.PERMISSION_DENIED]: 'workload-api.permission-denied',
  };
  const code = codes[error.code ?? status.UNKNOWN] ?? 'workload-api.unavailable';
  return new WorkloadApiWatchFailed(code, error.details ?? 'the stream failed', {
    context: { status: error.code },
    cause: error,
  });
}

/** No first update came in time; `cause` is the last failure of the watch, where there was one. */
export class X509SourceTimeout extends DomainError {
  readonly code = 'x509-source.timeout';
  readonly category = 'unavailable';
}

/** The source holds no SVID, or none for the SPIFFE ID that was asked for. */
export class X509SvidNotHeld extends DomainError {
  readonly code = 'x509-source.svid-not-held';
  readonly category = 'not-found';
}
