import type { IncomingHttpHeaders } from 'node:http';

/**
 * What belongs to one connection and ends with it (RFC 9110, sections 7.6.1 and 11.7). Trailers are
 * not passed on, so neither is their announcement.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** The header by which a caller chooses among its identities; it is for the proxy alone. */
export const IDENTITY_HEADER = 'x-spiffe-id';

/** Ours to answer: the upstream has a name of its own, and 100-continue was said already. */
const OURS: ReadonlySet<string> = new Set(['host', 'expect', IDENTITY_HEADER]);

/**
 * A request's headers for the next connection, as a flat list of names and values. Where the route sets
 * an `authorization`, what the caller put there goes no further.
 */
export function forwardedRequestHeaders(
  rawHeaders: readonly string[],
  connection: string | undefined,
  authorization?: string,
): string[] {
  const named = namedBy(connection);
  const forwarded: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower) || OURS.has(lower) || named?.has(lower)) continue;
    if (authorization !== undefined && lower === 'authorization') continue;
    forwarded.push(name, rawHeaders[index + 1] ?? '');
  }
  if (authorization !== undefined) forwarded.push('authorization', authorization);
  // RFC 9110, section 7.6.3: a gateway says so in each request.
  forwarded.push('via', '1.1 sidecar');
  return forwarded;
}

/** A response's headers for the caller. */
export function forwardedResponseHeaders(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = namedBy(headers.connection);
  const forwarded: IncomingHttpHeaders = {};
  for (const name in headers) {
    if (!HOP_BY_HOP.has(name) && !named?.has(name)) forwarded[name] = headers[name];
  }
  return forwarded;
}

/** A sender may name further headers of this hop in `Connection`; most name none. */
function namedBy(connection: string | undefined): ReadonlySet<string> | undefined {
  if (connection === undefined || connection === 'keep-alive' || connection === 'close') return undefined;
  return new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
}
