import { DomainError, type ErrorCategory } from '@blastradius/kernel';
import { HttpException } from '@nestjs/common';
import { categoryStatuses, categoryTexts, type Failure } from './failure.ts';

/** Decides what a caller learns of whatever was thrown. Pure. */
export function classifyFailure(thrown: unknown, requestId: string): Failure {
  if (thrown instanceof DomainError) {
    const { category, code } = thrown;
    return {
      category,
      status: categoryStatuses[category],
      code,
      // A caller without identity never learns which check failed.
      detail: category === 'unauthenticated' ? categoryTexts[category] : publicText(thrown),
      requestId,
      error: thrown,
    };
  }
  const status = statusOf(thrown);
  const category = categoryOf(status);
  return {
    category,
    status,
    code: `http.${category}`,
    detail: status < 500 && thrown instanceof Error ? thrown.message : categoryTexts[category],
    requestId,
    error: undefined,
  };
}

function publicText(error: DomainError): string {
  return error.publicDetail ?? categoryTexts[error.category];
}

/** Nest's own exceptions, and Fastify's errors (a body too large, a body that is no JSON). */
function statusOf(thrown: unknown): number {
  if (thrown instanceof HttpException) return thrown.getStatus();
  if (thrown instanceof Error && 'statusCode' in thrown && typeof thrown.statusCode === 'number') {
    return thrown.statusCode >= 400 && thrown.statusCode < 500 ? thrown.statusCode : 500;
  }
  return 500;
}

function categoryOf(status: number): ErrorCategory {
  const exact = Object.entries(categoryStatuses).find(([, known]) => known === status)?.[0];
  if (exact !== undefined) return exact as ErrorCategory;
  return status < 500 ? 'invalid' : 'internal';
}
