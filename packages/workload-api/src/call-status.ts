import { DomainError, type ErrorCategory } from '@blastradius/kernel';
import { status } from '@grpc/grpc-js';

export interface CallStatus {
  readonly code: status;
  readonly details: string;
}

/**
 * What a caller without identity learns: the kind of refusal, never which check failed. The
 * texts for a missing identity and a missing header are SPIRE's, which clients know.
 */
const STATUSES: Readonly<Record<ErrorCategory, CallStatus>> = {
  invalid: { code: status.INVALID_ARGUMENT, details: 'security header missing from request' },
  unauthenticated: { code: status.PERMISSION_DENIED, details: 'no identity issued' },
  forbidden: { code: status.PERMISSION_DENIED, details: 'no identity issued' },
  'not-found': { code: status.PERMISSION_DENIED, details: 'no identity issued' },
  conflict: { code: status.UNAVAILABLE, details: 'temporarily unavailable' },
  exhausted: { code: status.UNAVAILABLE, details: 'temporarily unavailable' },
  unavailable: { code: status.UNAVAILABLE, details: 'temporarily unavailable' },
  internal: { code: status.INTERNAL, details: 'internal error' },
};

export function callStatus(error: unknown): CallStatus {
  return STATUSES[error instanceof DomainError ? error.category : 'internal'];
}
