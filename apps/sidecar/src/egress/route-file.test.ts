import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRouteFile } from './route-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'routes-'));
const read = (...routes: object[]) => {
  const path = join(folder, 'routes.yaml');
  writeFileSync(path, JSON.stringify({ routes }));
  return readRouteFile(path);
};
const route = {
  name: 'network',
  upstream: 'https://network:8443',
  server: { spiffeId: 'spiffe://moltbook.test/network' },
  credential: { kind: 'x509-svid' },
  callers: ['spiffe://moltbook.test/agent/*'],
};

describe('readRouteFile', () => {
  it('reads YAML, with the least that a route needs', () => {
    const path = join(folder, 'as-yaml.yaml');
    const caFile = join(folder, 'ca.pem');
    writeFileSync(caFile, 'PEM');
    writeFileSync(
      path,
      `routes:
  - name: partner # by host
    host: partner.test
    upstream: https://partner.test/
    server: { caFile: ${caFile} }
    credential: { kind: jwt-svid, audience: [https://partner.test] }
    callers: [spiffe://moltbook.test/agent/a]
`,
    );
    expect(readRouteFile(path)).toEqual([
      {
        name: 'partner',
        match: { host: 'partner.test', pathPrefix: '/', stripPrefix: false },
        origin: 'https://partner.test',
        server: { kind: 'ca', pem: 'PEM' },
        credential: { kind: 'jwt-svid', audience: ['https://partner.test'] },
        callers: ['spiffe://moltbook.test/agent/a'],
      },
    ]);
  });

  it('takes a route without a host for callers on loopback', () => {
    expect(read(route)[0]?.match).toEqual({ host: 'loopback', pathPrefix: '/', stripPrefix: false });
  });

  it.each([
    ['no callers', { callers: [] }],
    ['a caller that is no SPIFFE ID', { callers: ['*'] }],
    ['an upstream without TLS', { upstream: 'http://network:8443' }],
    ['an upstream with a path', { upstream: 'https://network:8443/api' }],
    ['an upstream with a password', { upstream: 'https://a:b@network:8443' }],
    ['a server that is nobody', { server: {} }],
    ['a server that is two', { server: { webPki: true, trustDomain: 'moltbook.test' } }],
    ['a token for no audience', { credential: { kind: 'jwt-svid', audience: [] } }],
    ['a prefix without its slash', { pathPrefix: '/partner' }],
    ['a prefix that is not plain', { pathPrefix: '/a/../' }],
    ['a host with a port', { host: 'partner.test:80' }],
    ['a word that is none of ours', { timeout: 5 }],
  ])('refuses %s', (_, changes) => {
    expect(() => read({ ...route, ...changes })).toThrow();
  });

  it('refuses two routes of one name, and a file without routes', () => {
    expect(() => read(route, route)).toThrow('same name');
    expect(() => read()).toThrow();
  });
});
