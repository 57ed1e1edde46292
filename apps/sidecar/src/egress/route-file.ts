import { readFileSync } from 'node:fs';
import { parseSpiffeId, parseTrustDomain } from '@blastradius/spiffe';
import { parse } from 'yaml';
import { z } from 'zod';
import type { EgressRoute, ExpectedServer } from './egress-route.ts';

const spiffeId = z.string().refine((text) => accepts(() => parseSpiffeId(text)), 'no SPIFFE ID');
const trustDomain = z.string().refine((text) => accepts(() => parseTrustDomain(text)), 'no trust domain');
const caller = z
  .string()
  .refine(
    (text) => accepts(() => parseSpiffeId(text.replace(/\/\*$/, ''))),
    'no SPIFFE ID or beginning of one',
  );
const origin = z
  .url({ protocol: /^https$/ })
  .refine((text) => ['/', ''].includes(pathOf(text)), "a server without a path: the path is the caller's")
  .transform((text) => new URL(text).origin);
const host = z
  .string()
  .regex(/^[a-z0-9.-]+$/, 'a host name in lower case, without port')
  .refine((name) => name !== 'any' && name !== 'loopback');
const pathPrefix = z.string().regex(/^\/(?:[^/%\\?#\s.][^/%\\?#\s]*\/)*$/, 'begins and ends with a slash');

/** Exactly one of them: who the server is should be nobody's guess. */
const server = z.union([
  z.strictObject({ spiffeId }),
  z.strictObject({ trustDomain }),
  z.strictObject({ caFile: z.string().startsWith('/') }),
  z.strictObject({ webPki: z.literal(true) }),
]);

const route = z.strictObject({
  name: z.string().min(1).max(100),
  host: host.optional(),
  pathPrefix: pathPrefix.default('/'),
  stripPrefix: z.boolean().default(false),
  upstream: origin,
  server,
  credential: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('x509-svid') }),
    z.strictObject({
      kind: z.literal('jwt-svid'),
      audience: z.array(z.string().min(1).max(2048)).min(1).max(32),
    }),
  ]),
  callers: z.array(caller).min(1),
});

const routeFile = z.strictObject({ routes: z.array(route).min(1) });

/** Reads the routes of the egress proxy, YAML or JSON. Throws with what is wrong and where. */
export function readRouteFile(path: string): readonly EgressRoute[] {
  const { routes } = routeFile.parse(parse(readFileSync(path, 'utf8')));
  const names = new Set(routes.map(({ name }) => name));
  if (names.size < routes.length) throw new TypeError(`${path}: two routes have the same name`);
  return Object.freeze(routes.map(routeOf));
}

function routeOf(entry: z.infer<typeof route>): EgressRoute {
  const { name, host: named, pathPrefix: prefix, stripPrefix, upstream, credential, callers } = entry;
  return Object.freeze({
    name,
    match: { host: named ?? 'loopback', pathPrefix: prefix, stripPrefix },
    origin: upstream,
    server: expectedServer(entry.server),
    credential,
    callers,
  });
}

function expectedServer(entry: z.infer<typeof server>): ExpectedServer {
  if ('spiffeId' in entry) return { kind: 'spiffe-id', spiffeId: entry.spiffeId };
  if ('trustDomain' in entry) return { kind: 'trust-domain', trustDomain: entry.trustDomain };
  return 'caFile' in entry ? { kind: 'ca', pem: readFileSync(entry.caFile, 'utf8') } : { kind: 'web-pki' };
}

function pathOf(url: string): string {
  const parsed = URL.parse(url);
  return parsed === null ? '/' : `${parsed.pathname}${parsed.search}${parsed.hash}${parsed.username}`;
}

function accepts(parseIt: () => unknown): boolean {
  try {
    parseIt();
    return true;
  } catch {
    return false;
  }
}
