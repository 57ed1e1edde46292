import type { RequestTarget } from './request-target.ts';

/** One way out: which requests take it, where it leads, what is shown there, and who may take it. */
export interface EgressRoute {
  /** For the log. */
  readonly name: string;
  readonly match: RouteMatch;
  /** `https://host:port`. A redirect of the upstream goes back to the caller: this is where we go and nowhere else. */
  readonly origin: string;
  readonly server: ExpectedServer;
  readonly credential: RouteCredential;
  /** SPIFFE IDs, or their beginnings with `/*` at the end. */
  readonly callers: readonly string[];
}

export interface RouteMatch {
  /** A host name in lower case; `any` where every name is taken for ours. */
  readonly host: string | 'loopback' | 'any';
  /** Begins and ends with a slash; `/` takes every path. */
  readonly pathPrefix: string;
  /** The upstream doesn't know the prefix. */
  readonly stripPrefix: boolean;
}

/** Whom the upstream has to prove to be. */
export type ExpectedServer =
  | { readonly kind: 'spiffe-id'; readonly spiffeId: string }
  | { readonly kind: 'trust-domain'; readonly trustDomain: string }
  /** A web server's certificate for the upstream's host, under these authorities. */
  | { readonly kind: 'ca'; readonly pem: string }
  /** The same, under the authorities that Node comes with. */
  | { readonly kind: 'web-pki' };

export type RouteCredential =
  | { readonly kind: 'x509-svid' }
  | { readonly kind: 'jwt-svid'; readonly audience: readonly string[] };

/**
 * A route that names no host is for callers that say `http://127.0.0.1:<port>/`. A page of a stranger in
 * a browser can make its own name point to loopback, and then says that name.
 */
const LOOPBACK: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** The first route in the operator's order that takes the request. */
export function findRoute(routes: readonly EgressRoute[], target: RequestTarget): EgressRoute | undefined {
  return routes.find(({ match }) => takesHost(match, target.host) && takesPath(match, target));
}

/** The path and query as the upstream is to see them. */
export function upstreamPath({ pathPrefix, stripPrefix }: RouteMatch, { path }: RequestTarget): string {
  return stripPrefix ? path.slice(pathPrefix.length - 1) : path;
}

export function admitsCaller({ callers }: EgressRoute, spiffeId: string): boolean {
  return callers.some((caller) =>
    caller.endsWith('/*') ? spiffeId.startsWith(caller.slice(0, -1)) : spiffeId === caller,
  );
}

function takesHost({ host }: RouteMatch, asked: string): boolean {
  if (host === 'any') return true;
  return host === 'loopback' ? LOOPBACK.has(asked) : host === asked;
}

function takesPath({ pathPrefix }: RouteMatch, { path, isPlain }: RequestTarget): boolean {
  if (pathPrefix === '/') return true;
  // What the upstream may read as another path is under no prefix.
  return isPlain && path.startsWith(pathPrefix);
}
