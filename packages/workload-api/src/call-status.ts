import { DomainError, type ErrorCategory } from '@blastradius/kernel';
import { status } from '@grpc/grpc-js';
import { ProfileNotServed } from './workload-api.errors.ts';

export interface CallStatus {
  readonly code: status;
  readonly details: string;
}

/**
 * What a caller without identity learns: the kind of refusal, never which check failed. The text
 * for a missing identity is SPIRE's, which clients know.
 */
const STATUSES: Readonly<Record<ErrorCategory, CallStatus>> = {
  invalid: { code: status.INVALID_ARGUMENT, details: 'invalid request' },
  unauthenticated: { code: status.PERMISSION_DENIED, details: 'no identity issued' },
  forbidden: { code: status.PERMISSION_DENIED, details: 'no identity issued' },
  'not-found': { code: status.PERMISSION_DENIED, details: 'no identity issued' },
  conflict: { code: status.UNAVAILABLE, details: 'temporarily unavailable' },
  exhausted: { code: status.UNAVAILABLE, details: 'temporarily unavailable' },
  unavailable: { code: status.UNAVAILABLE, details: 'temporarily unavailable' },
  internal: { code: status.INTERNAL, details: 'internal error' },
};

/** InvalidArgument says what is wrong with the request, since that is the caller's own doing; clients don't retry it. */
export function callStatus(error: unknown): CallStatus {
  if (!(error instanceof DomainError)) return STATUSES.internal;
  if (error instanceof ProfileNotServed) {
    return { code: status.UNIMPLEMENTED, details: 'this profile is not served' };
  }
  const { code, details } = STATUSES[error.category];
  return { code, details: error.category === 'invalid' ? (error.publicDetail ?? details) : details };
}
