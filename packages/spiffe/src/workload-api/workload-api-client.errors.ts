import { DomainError, type DomainErrorOptions, type ErrorCategory } from '@blastradius/kernel';
import { status } from '@grpc/grpc-js';

/** `SPIFFE_ENDPOINT_SOCKET` or the given endpoint is missing or no Workload Endpoint address. */
export class WorkloadEndpointInvalid extends DomainError {
  readonly code = 'workload-api.endpoint-invalid';
  readonly category = 'invalid';
}

export type WorkloadApiFailureCode =
  | 'workload-api.invalid-argument'
  | 'workload-api.permission-denied'
  | 'workload-api.unavailable'
  | 'workload-api.unimplemented'
  | 'workload-api.deadline-exceeded'
  | 'workload-api.malformed-response';

const CATEGORIES: Readonly<Record<WorkloadApiFailureCode, ErrorCategory>> = {
  'workload-api.invalid-argument': 'invalid',
  'workload-api.permission-denied': 'forbidden',
  'workload-api.unavailable': 'unavailable',
  'workload-api.unimplemented': 'unavailable',
  'workload-api.deadline-exceeded': 'unavailable',
  'workload-api.malformed-response': 'internal',
};

/** A call failed, or a watch lost its stream; a watch goes on by itself unless the error `isFinal`. */
export class WorkloadApiCallFailed extends DomainError {
  readonly code: WorkloadApiFailureCode;
  readonly category: ErrorCategory;

  constructor(code: WorkloadApiFailureCode, message: string, options?: DomainErrorOptions) {
    super(message, options);
    this.code = code;
    this.category = CATEGORIES[code];
  }

  /** The request itself is wrong and would be so again (SPIFFE Workload Endpoint, 6). */
  get isFinal(): boolean {
    return this.code === 'workload-api.invalid-argument';
  }
}

/** By the status of the call; one that can pass, whatever its name, is "unavailable". */
export function callFailureOf(error: { readonly code?: number; readonly details?: string }) {
  const codes: Readonly<Record<number, WorkloadApiFailureCode>> = {
    [status.INVALID_ARGUMENT]: 'workload-api.invalid-argument',
    [status.PERMISSION_DENIED]: 'workload-api.permission-denied',
    [status.UNIMPLEMENTED]: 'workload-api.unimplemented',
    [status.DEADLINE_EXCEEDED]: 'workload-api.deadline-exceeded',
  };
  const code = codes[error.code ?? status.UNKNOWN] ?? 'workload-api.unavailable';
  return new WorkloadApiCallFailed(code, error.details ?? 'the stream failed', {
    context: { status: error.code },
    cause: error,
  });
}

/** A response that breaks the standard; `cause` says how. */
export function malformedResponse(cause: unknown): WorkloadApiCallFailed {
  const why = cause instanceof Error ? `: ${cause.message}` : '';
  return new WorkloadApiCallFailed(
    'workload-api.malformed-response',
    `the response holds an unusable SVID or bundle${why}`,
    { cause },
  );
}

/** A mandatory field of a response has its default value: the response is discarded (SPIFFE Workload API, 4.5). */
export class WorkloadApiFieldMissing extends DomainError {
  readonly code = 'workload-api.field-missing';
  readonly category = 'internal';
}
