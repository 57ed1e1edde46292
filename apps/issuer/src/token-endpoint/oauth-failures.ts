import type { Failure, FailureAnswer } from '@blastradius/nest-kit';
import { TokenRequestRefused } from './token-endpoint.errors.ts';

/** RFC 6749, section 5.1: an answer of the token endpoint is kept by nobody on its way. */
export const notKept = { 'cache-control': 'no-store', pragma: 'no-cache' };

/** Words a failure as RFC 6749, section 5.2, does; which check failed is never said. */
export function oauthFailure({ error, category, status }: Failure): FailureAnswer {
  const answer = (word: string): FailureAnswer => ({
    contentType: 'application/json',
    body: { error: word },
    headers: notKept,
  });
  if (error instanceof TokenRequestRefused) return answer(error.error);
  if (category === 'unavailable' || category === 'exhausted') return answer('temporarily_unavailable');
  return answer(status < 500 ? 'invalid_request' : 'server_error');
}
