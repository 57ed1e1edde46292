import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallerIdentities } from './caller-identities.ts';
import { EgressRouteMissing } from './egress.errors.ts';
import { type EgressRoute, findRoute, upstreamPath } from './egress-route.ts';
import { forward } from './forward.ts';
import { IDENTITY_HEADER } from './hop-by-hop-headers.ts';
import { readTarget } from './request-target.ts';

export interface OutgoingRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Of the attested caller. */
  readonly identities: CallerIdentities;
  /** Called at most once; nothing else answers the request then. */
  readonly onFailure: (error: unknown) => void;
}

/** Finds the route, then the identity that may take it, and sends the request on. Throws what it refuses. */
export function sendOut(routes: readonly EgressRoute[], outgoing: OutgoingRequest): void {
  const { request, response, identities, onFailure } = outgoing;
  const target = readTarget(request);
  const route = findRoute(routes, target);
  if (route === undefined) {
    throw new EgressRouteMissing('no route takes this request', { context: { host: target.host } });
  }
  const spiffeId = identities.identityFor(route, identityAskedFor(request));
  const path = upstreamPath(route.match, target);
  const { origin, credential } = route;
  const send = (authorization?: string) => {
    const connections = identities.connections(route, spiffeId);
    forward({ request, response, connections, origin, path, authorization, onFailure });
  };
  // Where nothing is to be waited for, nothing is: most requests take this way.
  if (credential.kind === 'x509-svid') send();
  else {
    identities
      .bearerToken(spiffeId, credential.audience)
      .then((token) => send(`Bearer ${token}`))
      .catch(onFailure);
  }
}

function identityAskedFor(request: IncomingMessage): string | undefined {
  // Node joins repeated headers with a comma, and such a text is no SPIFFE ID of anyone.
  const value = request.headers[IDENTITY_HEADER];
  return Array.isArray(value) ? value.join(', ') : value;
}
