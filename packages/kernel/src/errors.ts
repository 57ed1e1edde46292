/** The closed set of reasons why a request can't be served; the edge maps it to HTTP and gRPC. */
export type ErrorCategory =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'exhausted'
  | 'unavailable'
  | 'internal';

export interface DomainErrorOptions {
  /** What any caller may read. An unauthenticated caller gets the category's text instead. */
  readonly publicDetail?: string;
  /** What goes to the log and the audit; never a secret. */
  readonly context?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An expected failure: one class a reason, with a stable `code` (`area.reason`). */
export abstract class DomainError extends Error {
  abstract readonly code: string;
  abstract readonly category: ErrorCategory;
  readonly publicDetail: string | undefined;
  readonly context: Readonly<Record<string, unknown>>;

  constructor(message: string, options: DomainErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.publicDetail = options.publicDetail;
    this.context = options.context ?? {};
  }
}
