import type { IncomingMessage } from 'node:http';
import { CallerUnauthenticated } from './attestation.errors.ts';
import type { Callers } from './callers.ts';

const joinRoute = '/v1/attest/join-token';
const openRoutes: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz']);
/** A token and a request fit many times over. */
const joinBodyBytesMax = 16_384;

interface HookedRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions: { readonly url?: string | undefined };
}

/**
 * Authenticates before a body is read, so that a stranger can't make us parse megabytes; routes
 * that do not exist are no exception.
 */
export function authenticationHook(callers: Callers): (request: HookedRequest) => Promise<void> {
  return async ({ raw, routeOptions: { url } }) => {
    if (openRoutes.has(url)) return;
    if (url !== joinRoute) return callers.authenticate(raw);
    // Chunked bodies do not say how long they are.
    const bodyBytes = Number(raw.headers['content-length'] ?? Number.NaN);
    if (!(bodyBytes <= joinBodyBytesMax)) throw new CallerUnauthenticated('join-token.body-size');
  };
}
