import type { IncomingMessage } from 'node:http';
import { EgressTargetInvalid } from './egress.errors.ts';

/** Where a caller wants to go, as far as it is its to say. */
export interface RequestTarget {
  /** Lower case, without the port; empty where the request names none. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
  /** No part of the path can be read as another path: no dot segments, empty ones, or encoded separators. */
  readonly isPlain: boolean;
}

/**
 * Reads origin form and absolute form (RFC 9112, section 3.2): in the latter, which a client of a proxy
 * sends, the host of the target counts and not that of the header. Two headers are two answers to
 * "which host", and are refused.
 */
export function readTarget(request: Pick<IncomingMessage, 'url' | 'rawHeaders'>): RequestTarget {
  const target = request.url ?? '/';
  const hosts = valuesOf(request.rawHeaders, 'host');
  if (hosts.length > 1) throw new EgressTargetInvalid('the request names several hosts');
  if (target.startsWith('/')) return { host: hostOf(hosts[0] ?? ''), path: target, isPlain: isPlain(target) };
  const url = URL.parse(target);
  if (url === null || url.protocol !== 'http:') throw new EgressTargetInvalid('the request names no path');
  const path = `${url.pathname}${url.search}`;
  return { host: url.hostname, path, isPlain: isPlain(path) };
}

function hostOf(header: string): string {
  if (header === '') return '';
  // A user, a path or a query in it would be no host's name.
  const url = /^[^\s/?#@\\]+$/.test(header) ? URL.parse(`http://${header}`) : null;
  if (url === null) throw new EgressTargetInvalid('the Host header is no host');
  return url.hostname;
}

function isPlain(target: string): boolean {
  const [path = ''] = target.split('?', 1);
  // Once decoded, servers differ in what they take for a slash and for the folder above.
  return !/%2f|%5c|%00|[\\#]|\/\//i.test(path) && !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|;|$)/i.test(path);
}

function valuesOf(rawHeaders: readonly string[], name: string): string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}
