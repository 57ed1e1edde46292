import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createHttpsServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { formatSpiffeBundle } from '../src/bundle/format-spiffe-bundle.ts';
import { X509BundleSet } from '../src/bundle/x509-bundle.ts';
import type { EndpointProfile } from '../src/federation/bundle-endpoint.ts';
import { type FetchBundleOptions, fetchBundle } from '../src/federation/fetch-bundle.ts';
import { certificatesToPem } from '../src/pem/pem.ts';
import { type LeafShape, ShapedAuthority } from './shaped-authority.ts';

const trustDomain = 'other.test';
const endpointSpiffeId = `spiffe://${trustDomain}/bundle-endpoint`;

let authority: ShapedAuthority;
/** Of the same name, under a key of its own. */
let impostor: ShapedAuthority;
/** A CA of web servers: its certificates name hosts. */
let webCa: ShapedAuthority;
let document: string;

beforeAll(async () => {
  [authority, impostor] = await Promise.all([
    ShapedAuthority.create(trustDomain),
    ShapedAuthority.create(trustDomain),
  ]);
  webCa = await ShapedAuthority.create('web.test');
  document = documentOf(authority);
});

function documentOf({ certificate }: ShapedAuthority): string {
  const none = { jwtAuthorities: new Map(), witAuthorities: new Map() };
  const x509Authorities = [certificate];
  return formatSpiffeBundle({ trustDomain, x509Authorities, ...none, sequence: 7n, refreshHintSeconds: 30 });
}

const answering =
  (body: string, status = 200, headers = {}): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

async function listen(tls: ServerOptions, listener: RequestListener): Promise<string> {
  const server = createHttpsServer(tls, listener);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function svid(by: ShapedAuthority, path = '/bundle-endpoint', shape: LeafShape = {}) {
  const { chain, key } = await by.leaf(path, shape);
  return {
    cert: certificatesToPem(chain),
    key: createPrivateKey({ key: Buffer.from(key), format: 'der', type: 'pkcs8' })
      .export({ type: 'pkcs8', format: 'pem' })
      .toString(),
  };
}

const knownBy = (known: ShapedAuthority = authority): EndpointProfile => ({
  type: 'https_spiffe',
  endpointSpiffeId,
  bundles: () => new X509BundleSet([{ trustDomain, authorities: [known.certificate] }]),
});

const fetchFrom = (url: string, profile: EndpointProfile = knownBy(), options: FetchBundleOptions = {}) =>
  fetchBundle({ trustDomain, url, profile }, options);

describe('https_spiffe', () => {
  it('fetches the bundle from a server with the SPIFFE ID, whatever its host is called', async () => {
    const url = await listen(await svid(authority), answering(document));
    const bundle = await fetchFrom(url);
    expect(bundle).toMatchObject({ trustDomain, sequence: 7n, refreshHintSeconds: 30 });
    expect(bundle.x509Authorities).toHaveLength(1);
  });

  it('knows a server below an intermediate', async () => {
    const url = await listen(await svid(await authority.intermediate()), answering(document));
    expect((await fetchFrom(url)).sequence).toBe(7n);
  });

  it('shows no certificate of its own', async () => {
    const shown: number[] = [];
    const tls = { ...(await svid(authority)), requestCert: true, rejectUnauthorized: false };
    const url = await listen(tls, (request, response) => {
      shown.push(Object.keys((request.socket as TLSSocket).getPeerCertificate()).length);
      response.end(document);
    });
    await fetchFrom(url);
    expect(shown).toEqual([0]);
  });

  const past = { notBefore: new Date(0), notAfter: new Date(1000) };
  it.each([
    ['another SPIFFE ID', () => svid(authority, '/other')],
    ['an authority of the same name and another key', () => svid(impostor)],
    ['a certificate that has ended', () => svid(authority, '/bundle-endpoint', past)],
    ['two SPIFFE IDs', () => svid(authority, '', { uris: [endpointSpiffeId, `${endpointSpiffeId}/b`] })],
    ['no SPIFFE ID', () => svid(authority, '', { uris: [], dnsNames: ['localhost'] })],
  ])('refuses a server with %s', async (_what, identity) => {
    const url = await listen(await identity(), answering(document));
    await expect(fetchFrom(url)).rejects.toMatchObject({ code: 'federation.endpoint-untrusted' });
  });

  it('refuses a server whose SVID has ended by our clock', async () => {
    const url = await listen(await svid(authority), answering(document));
    const now = () => new Date(Date.now() + 7_200_000);
    const late = fetchFrom(url, knownBy(), { now });
    await expect(late).rejects.toMatchObject({ code: 'federation.endpoint-untrusted' });
  });

  it('asks nobody while there is no bundle to know the endpoint by', async () => {
    const profile: EndpointProfile = {
      type: 'https_spiffe',
      endpointSpiffeId,
      bundles: () => new X509BundleSet(),
    };
    const asked = fetchFrom('https://127.0.0.1:1/', profile);
    await expect(asked).rejects.toMatchObject({ code: 'federation.endpoint-bundle-missing' });
  });
});

describe('https_web', () => {
  const web = (ca: ShapedAuthority): EndpointProfile => ({
    type: 'https_web',
    authorities: certificatesToPem([ca.certificate]),
  });
  const named = (ca: ShapedAuthority, ip: string, life: LeafShape = {}) =>
    svid(ca, '', { uris: [], dnsNames: ['localhost'], ipAddresses: [ip], ...life });

  it('fetches the bundle from a server of that name, by the CAs that were given', async () => {
    const url = await listen(await named(webCa, '127.0.0.1'), answering(document));
    expect((await fetchFrom(url, web(webCa))).sequence).toBe(7n);
    expect((await fetchFrom(url.replace('127.0.0.1', 'localhost'), web(webCa))).sequence).toBe(7n);
  });

  it('refuses another name, another CA, a certificate that has ended, and what no web CA has signed', async () => {
    const untrusted = { code: 'federation.endpoint-untrusted' };
    const other = await listen(await named(webCa, '127.0.0.9'), answering(document));
    await expect(fetchFrom(other, web(webCa))).rejects.toMatchObject(untrusted);
    const past = { notBefore: new Date(0), notAfter: new Date(1000) };
    const ended = await listen(await named(webCa, '127.0.0.1', past), answering(document));
    await expect(fetchFrom(ended, web(webCa))).rejects.toMatchObject(untrusted);
    const url = await listen(await named(webCa, '127.0.0.1'), answering(document));
    await expect(fetchFrom(url, web(await ShapedAuthority.create('web.test')))).rejects.toMatchObject(
      untrusted,
    );
    await expect(fetchFrom(url, { type: 'https_web' })).rejects.toMatchObject(untrusted);
    const spiffe = await listen(await svid(authority), answering(document));
    await expect(fetchFrom(spiffe, web(webCa))).rejects.toMatchObject(untrusted);
  });
});

describe('an endpoint that was believed', () => {
  const served = async (listener: RequestListener) => listen(await svid(authority), listener);

  it.each([
    ['a redirect', 302, { location: 'https://127.0.0.1:1/' }],
    ['a permanent redirect', 308, { location: '/elsewhere' }],
    ['404', 404, {}],
    ['204', 204, {}],
    ['500', 500, {}],
    ['gzip that was not asked for', 200, { 'content-encoding': 'gzip' }],
  ])('is not followed in %s', async (_what, status, headers) => {
    let asked = 0;
    const url = await served((request, response) => {
      asked += 1;
      answering(document, status, headers)(request, response);
    });
    await expect(fetchFrom(url)).rejects.toMatchObject({ code: 'federation.endpoint-answer' });
    expect(asked).toBe(1);
  });

  it('has no more memory of ours than is allowed, whether or not it says how much it sends', async () => {
    const huge = 'x'.repeat(2_000_000);
    const said = await served(answering(huge, 200, { 'content-length': huge.length }));
    await expect(fetchFrom(said)).rejects.toMatchObject({ code: 'federation.endpoint-answer' });
    let sent = 0;
    const endless = await served((_request, response) => {
      response.writeHead(200);
      const more = () => {
        while (response.write('x'.repeat(65_536))) sent += 65_536;
      };
      response.on('drain', more);
      more();
    });
    await expect(fetchFrom(endless)).rejects.toMatchObject({ code: 'federation.endpoint-answer' });
    expect(sent).toBeLessThan(64_000_000);
    const header = await served(answering(document, 200, { 'x-huge': 'x'.repeat(20_000) }));
    await expect(fetchFrom(header)).rejects.toMatchObject({ code: 'federation.endpoint-unreachable' });
  });

  it('has no more of our time than is allowed: not before its answer, in it, or in its handshake', async () => {
    const slow = { code: 'federation.endpoint-slow' };
    const limits = { timeoutMs: 300 };
    const silent = await served(() => {});
    await expect(fetchFrom(silent, knownBy(), limits)).rejects.toMatchObject(slow);
    const dripping = await served((_request, response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    await expect(fetchFrom(dripping, knownBy(), limits)).rejects.toMatchObject(slow);
    const mute = createTcpServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    onTestFinished(() => void mute.close());
    const url = `https://127.0.0.1:${(mute.address() as AddressInfo).port}/`;
    await expect(fetchFrom(url, knownBy(), limits)).rejects.toMatchObject(slow);
  });

  it.each([
    ['no JSON', () => '<html></html>'],
    ['no bundle', () => '[]'],
    ['a bundle map', () => '{"trust_domains":{}}'],
    ['an OpenID provider’s keys', () => '{"keys":[{"kty":"EC","use":"sig","kid":"a"}]}'],
    ['a member twice', () => document.replace('{', '{"spiffe_sequence":9,')],
    ['a sequence that is no number', () => document.replace(':7', ':"7"')],
  ])('is not believed in a document that is %s', async (_what, body) => {
    const url = await served(answering(body()));
    await expect(fetchFrom(url)).rejects.toMatchObject({ code: 'federation.fetched-bundle-invalid' });
  });

  it('is away: nobody listens, or it speaks no TLS', async () => {
    const unreachable = { code: 'federation.endpoint-unreachable' };
    const plain = createServer(answering(document)).listen(0, '127.0.0.1');
    await once(plain, 'listening');
    onTestFinished(() => void plain.close());
    const port = (plain.address() as AddressInfo).port;
    await expect(fetchFrom(`https://127.0.0.1:${port}/`)).rejects.toMatchObject(unreachable);
    await expect(fetchFrom('https://127.0.0.1:1/')).rejects.toMatchObject(unreachable);
  });
});
