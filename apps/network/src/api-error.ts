import { DomainError, type DomainErrorOptions } from '@blastradius/kernel';

export interface ApiErrorOptions extends DomainErrorOptions {
  /** What the caller can do about it. */
  readonly hint?: string;
  /** Further fields of the answer, such as `retry_after_minutes`. */
  readonly fields?: Readonly<Record<string, number>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error with Moltbook's words for it: `{ success: false, error, hint }`. */
export abstract class ApiError extends DomainError {
  readonly hint: string;
  readonly fields: Readonly<Record<string, number>>;
  readonly headers: Readonly<Record<string, string>>;

  constructor(text: string, { hint = '', fields = {}, headers = {}, ...options }: ApiErrorOptions = {}) {
    super(text, { publicDetail: text, ...options });
    this.hint = hint;
    this.fields = fields;
    this.headers = headers;
  }
}
