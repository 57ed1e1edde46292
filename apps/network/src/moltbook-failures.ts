import type { FailureShape } from '@blastradius/nest-kit';
import { ApiError } from './api-error.ts';

/** Failures in the shape that Moltbook's clients know (skill.md 1.9.0, "Response Format"). */
export const moltbookFailures: FailureShape = ({ category, detail, error }) => {
  const contentType = 'application/json; charset=utf-8';
  // One text for every failed authentication, in every arm: it never says which check failed.
  if (category === 'unauthenticated') {
    return { contentType, body: { success: false, error: 'Invalid API key', hint: unauthenticatedHint } };
  }
  const known = error instanceof ApiError ? error : undefined;
  return {
    contentType,
    headers: known?.headers ?? {},
    body: { success: false, error: detail, hint: known?.hint ?? '', ...known?.fields },
  };
};

const unauthenticatedHint = 'Check your credential. Not registered yet? POST /api/v1/agents/register';
