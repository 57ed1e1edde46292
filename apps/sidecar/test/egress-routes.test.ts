import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createConnection } from 'node:net';
import { DomainError } from '@blastradius/kernel';
import { createServerCertificate } from '@blastradius/pki';
import { createWorkloadAttestors, type JwtIdentities, type JwtSvidRequest } from '@blastradius/workload-api';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EgressProxy, startEgressProxy } from '../src/egress/egress-proxy.ts';
import type { EgressRoute, ExpectedServer } from '../src/egress/egress-route.ts';
import { identitiesOf } from './in-test-identities.ts';
import { InTestIssuer, TRUST_DOMAIN } from './in-test-issuer.ts';
import { startSvidUpstream, UPSTREAM_ID, whoAreYou } from './svid-upstream.ts';

const agentId = (name: string) => `spiffe://${TRUST_DOMAIN}/agent/${name}`;

let issuer: InTestIssuer;
let closers: (() => unknown)[];
let warnings: object[];
let jwt: InTestTokens;

/** Tokens that say for whom and for what they were asked. */
class InTestTokens implements JwtIdentities {
  readonly asked: JwtSvidRequest[] = [];
  failure: Error | undefined;

  async fetchJwtSvids(_selectors: readonly string[], wanted: JwtSvidRequest) {
    this.asked.push(wanted);
    if (this.failure !== undefined) throw this.failure;
    const spiffeId = wanted.spiffeId ?? '';
    return [{ spiffeId, svid: `token-${this.asked.length}.${wanted.audience.join('+')}`, hint: '' }];
  }

  watchJwtBundles() {
    return () => {};
  }
}

class IssuerAway extends DomainError {
  readonly code = 'test.issuer-away';
  readonly category = 'unavailable';
}

beforeEach(async () => {
  closers = [];
  warnings = [];
  jwt = new InTestTokens();
  issuer = await new InTestIssuer().start();
  closers.push(() => issuer.stop());
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function proxy(...routes: EgressRoute[]): Promise<EgressProxy> {
  const x509 = await identitiesOf(issuer, [agentId('a'), agentId('b')]);
  const warn = (context: object) => void warnings.push(context);
  const logger = { debug: () => {}, info: () => {}, warn };
  const attestors = createWorkloadAttestors({ logger });
  const started = await startEgressProxy({ port: 0, routes, sources: { x509, jwt }, attestors, logger });
  closers.push(() => started.close());
  return started;
}

/** A web server without SPIFFE. */
async function webServer(listener: RequestListener = whoAreYou) {
  const { certificatePem, privateKeyPem } = await createServerCertificate();
  const server = createServer({ cert: certificatePem, key: privateKeyPem }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return { origin: `https://127.0.0.1:${port}`, server: { kind: 'ca', pem: certificatePem } as const };
}

async function svidServer(serverId = UPSTREAM_ID) {
  const upstream = await startSvidUpstream(issuer, whoAreYou, serverId);
  closers.push(() => upstream.close());
  return upstream;
}

const route = (changes: Partial<EgressRoute> & Pick<EgressRoute, 'origin' | 'server'>): EgressRoute => ({
  name: 'route',
  match: { host: 'loopback', pathPrefix: '/', stripPrefix: false },
  credential: { kind: 'x509-svid' },
  callers: [`spiffe://${TRUST_DOMAIN}/*`],
  ...changes,
});
const asToken = { kind: 'jwt-svid', audience: ['https://partner.test'] } as const;

async function call(url: string, options: Parameters<typeof request>[1] = {}) {
  const { statusCode, headers, body } = await request(url, options);
  const text = await body.text();
  return { statusCode, headers, body: text === '' ? undefined : JSON.parse(text) };
}
/** What the log says of the last refusal; the caller never hears it. */
const lastReason = () => warnings.at(-1);

describe('a route by JWT-SVID', () => {
  it('puts the token of the attested caller in place of whatever the caller sent', async () => {
    const { url } = await proxy(route({ ...(await webServer()), credential: asToken }));
    const { body } = await call(`${url}/v1/messages`, { headers: { Authorization: 'Bearer own-secret' } });
    expect(body.path).toBe('/v1/messages');
    expect(body.headers.authorization).toBe('Bearer token-1.https://partner.test');
    expect(JSON.stringify(body)).not.toContain('own-secret');
    expect(jwt.asked).toEqual([{ audience: ['https://partner.test'], spiffeId: agentId('a') }]);
  });

  it('asks for the token at each request, so that a fresh one is sent', async () => {
    const { url } = await proxy(route({ ...(await webServer()), credential: asToken }));
    await call(url);
    expect((await call(url)).body.headers.authorization).toMatch(/^Bearer token-2/);
  });

  it('shows no certificate: the token is the credential', async () => {
    const upstream = await svidServer();
    const server = { kind: 'spiffe-id', spiffeId: UPSTREAM_ID } as const;
    const { url } = await proxy(route({ origin: upstream.origin, server, credential: asToken }));
    // This server lets in nobody without one.
    expect((await call(url)).statusCode).toBe(502);
  });

  it('says 503 while tokens cannot be had', async () => {
    const { url } = await proxy(route({ ...(await webServer()), credential: asToken }));
    jwt.failure = new IssuerAway('away');
    expect((await call(url)).statusCode).toBe(503);
    expect(lastReason()).toMatchObject({ reason: 'test.issuer-away' });
  });
});

describe('whom an upstream has to prove to be', () => {
  it.each<[string, ExpectedServer, number]>([
    ['a workload of the trust domain', { kind: 'trust-domain', trustDomain: TRUST_DOMAIN }, 200],
    ['a workload of a trust domain without a bundle', { kind: 'trust-domain', trustDomain: 'x.test' }, 502],
    ['another workload', { kind: 'spiffe-id', spiffeId: agentId('impostor') }, 502],
    ['a server of the web', { kind: 'web-pki' }, 502],
  ])('%s', async (_, server, status) => {
    const { origin } = await svidServer();
    const { url } = await proxy(route({ origin, server }));
    expect((await call(url)).statusCode).toBe(status);
  });

  it('a server under the given authority, and none under another', async () => {
    const [one, other] = [await webServer(), await webServer()];
    const genuine = await proxy(route(one));
    expect((await call(genuine.url)).statusCode).toBe(200);
    const impostor = await proxy(route({ ...one, server: other.server }));
    expect((await call(impostor.url)).statusCode).toBe(502);
  });
});

describe('the policy of the routes', () => {
  it('sends each request where the first route says that takes it', async () => {
    const [network, partner] = [await svidServer(), await webServer()];
    const { url } = await proxy(
      route({
        ...partner,
        match: { host: 'loopback', pathPrefix: '/partner/', stripPrefix: true },
        credential: asToken,
      }),
      route({ origin: network.origin, server: { kind: 'spiffe-id', spiffeId: UPSTREAM_ID } }),
    );
    expect((await call(`${url}/partner/v1`)).body).toMatchObject({
      path: '/v1',
      headers: { authorization: expect.any(String) },
    });
    expect((await call(`${url}/v1`)).body).toMatchObject({
      path: '/v1',
      names: expect.stringContaining(agentId('a')),
    });
  });

  it('shows the first identity that the route admits, and no other for being asked', async () => {
    const { origin } = await svidServer();
    const server = { kind: 'spiffe-id', spiffeId: UPSTREAM_ID } as const;
    const { url } = await proxy(route({ origin, server, callers: [agentId('b')] }));
    expect((await call(url)).body.names).toContain(agentId('b'));
    expect((await call(url, { headers: { 'x-spiffe-id': agentId('a') } })).statusCode).toBe(403);
    expect(lastReason()).toMatchObject({ reason: 'egress.identity-refused' });
  });

  it('refuses with one and the same text where no route leads, and where the caller is not admitted', async () => {
    const { origin } = await svidServer();
    const server = { kind: 'spiffe-id', spiffeId: UPSTREAM_ID } as const;
    const match = { host: 'loopback', pathPrefix: '/api/', stripPrefix: false };
    const { url } = await proxy(route({ origin, server, match, callers: [agentId('z')] }));
    const [unknown, notAdmitted] = [await call(`${url}/elsewhere`), await call(`${url}/api/x`)];
    expect(unknown.statusCode).toBe(403);
    expect(unknown.body).toEqual(notAdmitted.body);
  });

  it('goes nowhere for a name that a stranger pointed to loopback', async () => {
    const { url } = await proxy(route(await webServer()));
    expect((await call(url, { headers: { host: 'evil.test' } })).statusCode).toBe(403);
    expect((await call(url)).statusCode).toBe(200);
  });

  it('goes to no host but that of the route for a client that takes it for a proxy', async () => {
    const { url } = await proxy(
      route({ ...(await webServer()), match: { host: 'partner.test', pathPrefix: '/', stripPrefix: false } }),
    );
    const answer = (target: string) => raw(url, `GET ${target} HTTP/1.1\r\nHost: partner.test\r\n\r\n`);
    expect(await answer('http://partner.test/x')).toMatch(/^HTTP\/1.1 200/);
    expect(await answer('http://169.254.169.254/latest/meta-data')).toMatch(/^HTTP\/1.1 403/);
    expect(await answer('http://evil.test/')).toMatch(/^HTTP\/1.1 403/);
  });

  it('refuses two Host headers, and opens no tunnel', async () => {
    const { url } = await proxy(route(await webServer()));
    const twice = 'GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.test\r\n\r\n';
    expect(await raw(url, twice)).toMatch(/^HTTP\/1.1 400/);
    expect(await raw(url, 'CONNECT evil.test:443 HTTP/1.1\r\nHost: evil.test\r\n\r\n')).not.toMatch(/ 200 /);
  });

  it('hands a redirect back and follows none', async () => {
    const elsewhere = await webServer();
    const { url } = await proxy(
      route(
        await webServer((_, response) => void response.writeHead(302, { location: elsewhere.origin }).end()),
      ),
    );
    const answer = await call(url);
    expect(answer).toMatchObject({ statusCode: 302, headers: { location: elsewhere.origin } });
  });
});

/** The beginning of the answer to bytes that no client library would send. */
async function raw(url: string, bytes: string): Promise<string> {
  const { port } = new URL(url);
  const socket = createConnection(Number(port), '127.0.0.1');
  socket.write(bytes);
  return new Promise((resolve) => {
    socket.once('data', (data) => {
      socket.destroy();
      resolve(String(data));
    });
    socket.once('close', () => resolve(''));
  });
}
