import type { IncomingMessage } from 'node:http';
import type { Clock } from '@blastradius/kernel';
import { CallerUnauthenticated } from './attestation.errors.ts';
import type { Callers } from './callers.ts';

/** Where a sidecar gets its first SVID: the body is part of what proves who it is. */
const attestationRoutes: ReadonlySet<string | undefined> = new Set([
  '/v1/attest/join-token',
  '/v1/attest/x509pop',
]);
const openRoutes: ReadonlySet<string | undefined> = new Set([
  '/healthz',
  '/readyz',
  '/v1/spiffe-bundle',
  '/v1/audit-keys',
]);
/** A token and a request fit many times over. */
const attestationBodyBytesMax = 16_384;

interface HookedRequest {
  readonly raw: IncomingMessage;
  readonly routeOptions: { readonly url?: string | undefined };
}

/**
 * Authenticates before a body is read, so that a stranger can't make us parse megabytes; routes
 * that do not exist are no exception.
 */
export function authenticationHook(
  callers: Callers,
  agreedClock: Clock,
): (request: HookedRequest) => Promise<void> {
  return async ({ raw, routeOptions: { url } }) => {
    if (openRoutes.has(url)) return;
    // By a wrong clock a good caller would look like one whose SVID has ended.
    agreedClock.now();
    if (!attestationRoutes.has(url)) return callers.authenticate(raw);
    // Chunked bodies do not say how long they are.
    const bodyBytes = Number(raw.headers['content-length'] ?? Number.NaN);
    if (!(bodyBytes <= attestationBodyBytesMax)) throw new CallerUnauthenticated('attestation.body-size');
  };
}
