import { type ServerResponse, STATUS_CODES } from 'node:http';
import { DomainError, type ErrorCategory } from '@blastradius/kernel';

/** What the caller learns: the kind of refusal, never which check failed. */
const STATUSES: Readonly<Record<ErrorCategory, number>> = {
  invalid: 400,
  unauthenticated: 403,
  forbidden: 403,
  'not-found': 403,
  conflict: 503,
  exhausted: 503,
  unavailable: 503,
  // The upstream's failures, and what we did not think of.
  internal: 502,
};

/** Answers with a problem document (RFC 9457) without detail; a response that has begun is cut instead. */
export function refuse(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const status = STATUSES[error instanceof DomainError ? error.category : 'internal'];
  const body = JSON.stringify({ type: 'about:blank', title: STATUS_CODES[status], status });
  response.writeHead(status, {
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
  });
  response.end(body);
}
