import { DomainError } from '@blastradius/kernel';

/** A body, query or parameter that does not fit its schema; the text names field and reason. */
export class InvalidRequest extends DomainError {
  readonly code = 'request.invalid';
  readonly category = 'invalid';

  constructor(detail: string) {
    super(detail, { publicDetail: detail });
  }
}

interface Issue {
  readonly message: string;
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined;
}

/** Words the first issues of a Standard Schema validation. */
export function invalidRequest(issues: readonly Issue[]): InvalidRequest {
  const sentences = issues.slice(0, 5).map(({ path, message }) => {
    const field = (path ?? []).map((part) => String(typeof part === 'object' ? part.key : part)).join('.');
    return field === '' ? message : `${field}: ${message}`;
  });
  return new InvalidRequest(sentences.join('; ') || 'The request is not valid');
}
