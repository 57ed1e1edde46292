import type { DomainError, ErrorCategory } from '@blastradius/kernel';

/** A request that failed, in the words of the edge: only what the caller may read. */
export interface Failure {
  readonly category: ErrorCategory;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  /** For shapes that carry more than text, such as the seconds until a limit opens again. */
  readonly error: DomainError | undefined;
}

export interface FailureAnswer {
  readonly contentType: string;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** How an API words its failures. */
export type FailureShape = (failure: Failure) => FailureAnswer;

/** RFC 9457. */
export const problemDetails: FailureShape = ({ category, status, code, detail, requestId }) => ({
  contentType: 'application/problem+json',
  body: { type: 'about:blank', title: categoryTexts[category], status, detail, code, traceId: requestId },
});

/** The one table from categories to HTTP. */
export const categoryStatuses: Readonly<Record<ErrorCategory, number>> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  exhausted: 429,
  unavailable: 503,
  internal: 500,
};

export const categoryTexts: Readonly<Record<ErrorCategory, string>> = {
  invalid: 'The request is not valid',
  unauthenticated: 'Authentication required',
  forbidden: 'Not allowed',
  'not-found': 'Not found',
  conflict: 'Conflict',
  exhausted: 'Too many requests',
  unavailable: 'Unavailable',
  internal: 'Internal error',
};
