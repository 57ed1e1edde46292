import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, realpath, writeFile } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom, systemClock } from '@blastradius/kernel';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { EgressRoute } from '../src/egress/egress-route.ts';
import { startSidecar } from '../src/sidecar.ts';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';
import { startSvidUpstream, UPSTREAM_ID, whoAreYou } from './svid-upstream.ts';

const agentId = (name: string | number) => `spiffe://${TRUST_DOMAIN}/agent/${name}`;
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let issuer: InTestIssuer;
let closers: (() => unknown)[];

beforeEach(async () => {
  closers = [];
  issuer = await new InTestIssuer().start();
  issuer.entitled = () => [agentId('a'), agentId('b')];
  closers.push(() => issuer.stop());
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function start(listener: RequestListener = whoAreYou, serverId = UPSTREAM_ID) {
  const upstream = await startSvidUpstream(issuer, listener, serverId);
  closers.push(() => upstream.close());
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [issuer.url],
      trustDomain: TRUST_DOMAIN,
      admission: { joinToken: { value: JOIN_TOKEN }, bootstrapBundle: { value: issuer.bootstrapBundle } },
      workloadApiSocket: join(await mkdtemp(join(tmpdir(), 'eg-')), 'api.sock'),
      egress: { port: 0, routes: [onlyRoute(upstream.origin)] },
      fileOutputs: [],
      witSvids: 'on',
    },
    clock: systemClock,
    random: createRandom('test'),
    logger: silent,
    onEnd: () => {},
  });
  closers.push(() => sidecar.close());
  return { upstream, sidecar, url: sidecar.egressUrl ?? '' };
}

/** As `loadConfig` makes it of the settings for a single upstream. */
const onlyRoute = (origin: string): EgressRoute => ({
  name: 'upstream',
  match: { host: 'any', pathPrefix: '/', stripPrefix: false },
  origin,
  server: { kind: 'spiffe-id', spiffeId: UPSTREAM_ID },
  credential: { kind: 'x509-svid' },
  callers: [`spiffe://${TRUST_DOMAIN}/*`],
});

/** A caller with connections of its own. */
function caller() {
  const dispatcher = new Agent({ connections: 1 });
  closers.push(() => dispatcher.close());
  return async (url: string, options: Parameters<typeof request>[1] = {}) => {
    const { statusCode, headers, body } = await request(url, { dispatcher, ...options });
    const text = await body.text();
    return { statusCode, headers, text, body: text === '' ? null : JSON.parse(text) };
  };
}

const refused = (status: number, title: string) => ({
  statusCode: status,
  headers: expect.objectContaining({ 'content-type': 'application/problem+json' }),
  body: { type: 'about:blank', title, status },
});

describe('the egress proxy', () => {
  it('sends a request with the identity of its attested caller, and the answer back', async () => {
    const { url } = await start();
    const answer = await caller()(`${url}/api/v1/posts?sort=new`, { method: 'POST', body: '{"x":1}' });
    expect(answer.statusCode).toBe(200);
    expect(answer.body).toMatchObject({
      names: expect.stringContaining(`URI:${agentId('a')},`),
      path: '/api/v1/posts?sort=new',
      method: 'POST',
      body: '{"x":1}',
    });
  });

  it('uses the identity that the header names, and tells the upstream nothing of the header', async () => {
    const { url } = await start();
    const { body } = await caller()(url, { headers: { 'x-spiffe-id': agentId('b') } });
    expect(body).toMatchObject({ names: expect.stringContaining(`URI:${agentId('b')},`) });
    expect(body.headers).not.toHaveProperty('x-spiffe-id');
    expect(body.headers).toMatchObject({ via: '1.1 sidecar' });
  });

  it.each([agentId('c'), 'nonsense', '', `${agentId('a')}, ${agentId('b')}`])(
    'refuses %j, to which the caller is not entitled, without saying why',
    async (spiffeId) => {
      const { url, upstream } = await start();
      expect(await caller()(url, { headers: { 'x-spiffe-id': spiffeId } })).toMatchObject(
        refused(403, 'Forbidden'),
      );
      expect(upstream.connections()).toBe(0);
    },
  );

  it('serves each process by what it is: the script that the policy pins, and no other', async () => {
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'egress-')));
    const code = (url: string) =>
      `const { status } = await fetch('${url}'); process.stdout.write(String(status));`;
    const [genuine, other] = [join(folder, 'genuine.mjs'), join(folder, 'other.mjs')];
    issuer.entitled = (selectors) =>
      selectors.includes(`interpreter:path:${genuine}`) ? [agentId('a')] : [];
    const { url } = await start();
    const statusOf = async (script: string) => {
      await writeFile(script, code(url));
      await wait(50);
      const child = spawn(process.execPath, [script], { env: {}, stdio: ['ignore', 'pipe', 'inherit'] });
      const [status] = await once(child.stdout, 'data');
      return String(status);
    };
    expect(await statusOf(genuine)).toBe('200');
    expect(await statusOf(other)).toBe('403');
    expect((await caller()(url)).statusCode).toBe(403);
  });

  it('attests a connection once, and keeps it and the one to the upstream', async () => {
    const { url, upstream } = await start();
    const call = caller();
    for (let count = 0; count < 20; count++) expect((await call(url)).statusCode).toBe(200);
    expect(upstream.connections()).toBe(1);
  });

  it('streams both ways and waits for no end', async () => {
    const { url } = await start(async (incoming, response) => {
      response.write('first ');
      for await (const chunk of incoming) response.write(chunk);
      response.end();
    });
    const more = Promise.withResolvers<void>();
    async function* slowly() {
      yield 'second ';
      await more.promise;
      yield 'third';
    }
    const { body } = await request(url, { method: 'POST', body: Readable.from(slowly()) });
    let text = '';
    for await (const chunk of body) {
      text += chunk;
      // The upstream has answered while the request is still under way.
      if (text === 'first second ') more.resolve();
    }
    expect(text).toBe('first second third');
  });

  it('carries an answer that is larger than any buffer, at the pace of its reader', async () => {
    const megabyte = Buffer.alloc(2 ** 20, 'x');
    let written = 0;
    const { url } = await start(async (_, response) => {
      for (let count = 0; count < 64; count++) {
        written += 1;
        if (!response.write(megabyte)) await once(response, 'drain');
      }
      response.end();
    });
    const { body } = await request(url);
    await wait(500);
    expect(written).toBeLessThan(32);
    let bytes = 0;
    for await (const chunk of body) bytes += chunk.length;
    expect(bytes).toBe(64 * 2 ** 20);
  });

  it('ends a request at the upstream when its caller goes', async () => {
    const [arrived, aborted] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { url } = await start((_, response) => {
      arrived.resolve();
      response.on('close', () => aborted.resolve());
    });
    const leaving = new AbortController();
    const going = request(url, { signal: leaving.signal }).catch(() => {});
    await arrived.promise;
    leaving.abort();
    await going;
    await aborted.promise;
  });

  it('says 502 when the upstream is another workload, or is not there', async () => {
    const impostor = await start(whoAreYou, agentId('impostor'));
    expect(await caller()(impostor.url)).toMatchObject(refused(502, 'Bad Gateway'));
    await impostor.upstream.close();
    expect(await caller()(impostor.url)).toMatchObject(refused(502, 'Bad Gateway'));
  });

  it('says 503 while identities cannot be had, and serves as soon as they can', async () => {
    const { url } = await start();
    await issuer.stop();
    const call = caller();
    expect(await call(url)).toMatchObject(refused(503, 'Service Unavailable'));
    await issuer.start();
    await expect.poll(async () => (await call(url)).statusCode, { timeout: 5000 }).toBe(200);
  });

  it('sends what changes nothing once more when the server closes a kept connection under it', async () => {
    const seen: string[] = [];
    const { url } = await start((incoming, response) => {
      seen.push(incoming.method ?? '');
      if (seen.length === 2 || incoming.method === 'POST') incoming.socket.destroy();
      else response.end('{}');
    });
    const call = caller();
    expect((await call(url)).statusCode).toBe(200);
    expect((await call(url)).statusCode).toBe(200);
    expect((await call(url, { method: 'POST', body: 'x' })).statusCode).toBe(502);
    expect(seen).toEqual(['GET', 'GET', 'GET', 'POST']);
  });

  it('shows the new SVID after a rotation, fails nothing, and lets what is under way end as it began', async () => {
    issuer.svidTtlMs = 3000;
    const held: (() => void)[] = [];
    const { url, upstream } = await start((incoming, response) => {
      if (incoming.url === '/slow') held.push(() => void whoAreYou(incoming, response));
      else void whoAreYou(incoming, response);
    });
    const slow = caller()(`${url}/slow`);
    await expect.poll(() => held.length).toBe(1);
    const call = caller();
    const statuses = new Set<number>();
    const endMs = Date.now() + 5000;
    while (Date.now() < endMs) {
      statuses.add((await call(url)).statusCode);
      await wait(5);
    }
    expect(upstream.seenSerials.size).toBeGreaterThanOrEqual(3);
    expect(statuses).toEqual(new Set([200]));
    held[0]?.();
    expect((await slow).statusCode).toBe(200);
  });

  it('refuses an identity from the moment that it is withdrawn', async () => {
    const { url } = await start();
    const call = caller();
    const asB = { headers: { 'x-spiffe-id': agentId('b') } };
    expect((await call(url, asB)).statusCode).toBe(200);
    issuer.entitled = () => [agentId('a')];
    await expect.poll(async () => (await call(url, asB)).statusCode, { timeout: 5000 }).toBe(403);
    expect((await call(url)).statusCode).toBe(200);
  });

  it('lets requests under way end before it closes', async () => {
    const arrived = Promise.withResolvers<void>();
    const { url, sidecar } = await start(async (_, response) => {
      arrived.resolve();
      await wait(500);
      response.end('{}');
    });
    const answer = caller()(url);
    await arrived.promise;
    const startedAt = performance.now();
    const closing = sidecar.close();
    expect((await answer).statusCode).toBe(200);
    await closing;
    // It didn't wait until the caller's idle connection had timed out.
    expect(performance.now() - startedAt).toBeLessThan(2000);
    await expect(caller()(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
