import { describe, expect, it } from 'vitest';
import { admitsCaller, type EgressRoute, findRoute, type RouteMatch, upstreamPath } from './egress-route.ts';

const route = (name: string, match: Partial<RouteMatch>, callers: readonly string[] = []): EgressRoute => ({
  name,
  match: { host: 'loopback', pathPrefix: '/', stripPrefix: false, ...match },
  origin: 'https://upstream.test',
  server: { kind: 'web-pki' },
  credential: { kind: 'x509-svid' },
  callers,
});
const routes = [
  route('by host', { host: 'partner.test' }),
  route('by prefix', { pathPrefix: '/partner/' }),
  route('rest', {}),
];
const find = (host: string, path: string, isPlain = true) => findRoute(routes, { host, path, isPlain })?.name;

describe('findRoute', () => {
  it('takes the first route by host and by the beginning of the path', () => {
    expect(find('partner.test', '/partner/x')).toBe('by host');
    expect(find('127.0.0.1', '/partner/x')).toBe('by prefix');
    expect(find('localhost', '/partners/x')).toBe('rest');
    expect(find('localhost', '/partner')).toBe('rest');
  });

  it('puts nothing under a prefix that may be read as another path', () => {
    expect(find('localhost', '/partner/../x', false)).toBe('rest');
    expect(findRoute(routes.slice(0, 2), { host: 'localhost', path: '/partner/../x', isPlain: false })).toBe(
      undefined,
    );
  });

  it('takes no name but those of loopback for a route without a host', () => {
    expect(find('evil.test', '/')).toBeUndefined();
    expect(find('', '/')).toBeUndefined();
    expect(find('[::1]', '/')).toBe('rest');
  });
});

describe('upstreamPath', () => {
  it('leaves the prefix out where the upstream does not know it', () => {
    const target = { host: 'localhost', path: '/partner/v1?x', isPlain: true };
    const match = { host: 'loopback', pathPrefix: '/partner/', stripPrefix: true };
    expect(upstreamPath(match, target)).toBe('/v1?x');
    expect(upstreamPath({ ...match, stripPrefix: false }, target)).toBe('/partner/v1?x');
  });
});

describe('admitsCaller', () => {
  const admits = (callers: readonly string[], spiffeId: string) =>
    admitsCaller(route('r', {}, callers), spiffeId);

  it('takes a SPIFFE ID as it is, and a beginning up to a slash', () => {
    expect(admits(['spiffe://a.test/agent/x'], 'spiffe://a.test/agent/x')).toBe(true);
    expect(admits(['spiffe://a.test/agent/x'], 'spiffe://a.test/agent/x/y')).toBe(false);
    expect(admits(['spiffe://a.test/agent/*'], 'spiffe://a.test/agent/x/y')).toBe(true);
    expect(admits(['spiffe://a.test/agent/*'], 'spiffe://a.test/agents')).toBe(false);
    expect(admits(['spiffe://a.test/*'], 'spiffe://a.test.evil/x')).toBe(false);
    expect(admits([], 'spiffe://a.test/agent/x')).toBe(false);
  });
});
