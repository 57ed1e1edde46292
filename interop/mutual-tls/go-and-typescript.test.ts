import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  authorizeId,
  createMtlsFetch,
  createX509Source,
  mtlsServerOptions,
  parseSpiffeId,
  protectServer,
  type X509Source,
} from '../../packages/spiffe/src/index.ts';
import { type RunningProgram, startClient } from '../client-program.ts';
import { buildGoClient } from '../go/build-go-client.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';

const go = await buildGoClient();
const IDENTITY = { hint: 'peer', path: '/peer' };

/** Both ends hold the same identity, from the same sidecar: the user who runs the tests runs both. */
describe.skipIf(go === undefined)('mutual TLS between go-spiffe and packages/spiffe', () => {
  let domain: RunningTrustDomain;
  /** It has the same name and grants the same SPIFFE ID, under keys of its own. */
  let impostor: RunningTrustDomain;
  let peer: string;
  const stops: (() => unknown)[] = [];

  beforeAll(async () => {
    domain = await startTrustDomain();
    stops.push(() => domain.stop());
    impostor = await startTrustDomain(domain.name);
    stops.push(() => impostor.stop());
    peer = `spiffe://${domain.name}${IDENTITY.path}`;
    await Promise.all([domain.grant([IDENTITY]), impostor.grant([IDENTITY])]);
  });
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  describe('a Go server and a TypeScript client', () => {
    it('talk, before a rotation and after it', async () => {
      const url = await startGoServer(domain, peer);
      const { source, get } = await openClient(domain, peer);
      const seen: string[] = [];
      for (let turn = 0; turn < 2; turn++) {
        const [id, serial = ''] = (await get(url)).split(' ');
        expect(id).toBe(peer);
        expect(sameSerial(serial)).toBe(sameSerial(source.svid().serial));
        seen.push(serial);
        if (turn === 0) await nextSerial(source);
      }
      expect(new Set(seen).size).toBe(2);
    });

    it('refuse each other where the SPIFFE ID is another than was wanted', async () => {
      const other = `${peer}/other`;
      const { get } = await openClient(domain, peer);
      await expect(get(await startGoServer(domain, other))).rejects.toThrow();
      const wantsOther = await openClient(domain, other);
      await expect(wantsOther.get(await startGoServer(domain, peer))).rejects.toThrow();
    });

    it('refuse each other across trust domains that share a name and no key', async () => {
      const strange = await openClient(impostor, peer);
      await expect(strange.get(await startGoServer(domain, peer))).rejects.toThrow();
      const { get } = await openClient(domain, peer);
      await expect(get(await startGoServer(impostor, peer))).rejects.toThrow();
    });
  });

  describe('a TypeScript server and a Go client', () => {
    it('talk, before a rotation and after it', async () => {
      const { url, source } = await startTypeScriptServer(domain, peer);
      const client = await startGoClient(domain, peer, url);
      const seen: string[] = [];
      for (let turn = 0; turn < 2; turn++) {
        const { status, body } = await answer(client);
        expect(status).toBe(200);
        expect(body).toContain(peer);
        seen.push(source.svid().serial);
        if (turn === 0) await nextSerial(source);
      }
      expect(new Set(seen).size).toBe(2);
    });

    it('refuse each other where the SPIFFE ID is another than was wanted', async () => {
      const other = `${peer}/other`;
      const refusing = await startTypeScriptServer(domain, other);
      expect(await answer(await startGoClient(domain, peer, refusing.url))).toHaveProperty('refusal');
      const { url } = await startTypeScriptServer(domain, peer);
      const { refusal } = await answer(await startGoClient(domain, other, url));
      expect(refusal).toContain('unexpected ID');
    });

    it('refuse each other across trust domains that share a name and no key', async () => {
      const { url } = await startTypeScriptServer(domain, peer);
      expect(await answer(await startGoClient(impostor, peer, url))).toHaveProperty('refusal');
      const strange = await startTypeScriptServer(impostor, peer);
      expect(await answer(await startGoClient(domain, peer, strange.url))).toHaveProperty('refusal');
    });
  });
});

async function openSource(domain: RunningTrustDomain): Promise<X509Source> {
  const source = await createX509Source({ socketPath: domain.socketPath });
  onTestFinished(() => source.close());
  return source;
}

async function openClient(domain: RunningTrustDomain, wanted: string) {
  const source = await openSource(domain);
  const fetch = createMtlsFetch({ source, authorize: authorizeId(parseSpiffeId(wanted)) });
  onTestFinished(() => fetch.close());
  return { source, get: async (url: string) => (await fetch(url)).text() };
}

async function startTypeScriptServer(domain: RunningTrustDomain, wanted: string) {
  const source = await openSource(domain);
  const server: Server = createServer({ ...mtlsServerOptions }, (request, response) => {
    response.end(`you are ${(request.socket as TLSSocket).getPeerCertificate().subjectaltname}`);
  });
  const unfollow = protectServer(server, { source, authorize: authorizeId(parseSpiffeId(wanted)) });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    unfollow();
    server.closeAllConnections();
    server.close();
  });
  return { source, url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function startGoServer(domain: RunningTrustDomain, wanted: string): Promise<string> {
  const { url } = (await startGo(domain, ['serve', wanted]).line()) as { url: string };
  return url;
}

async function startGoClient(
  domain: RunningTrustDomain,
  wanted: string,
  url: string,
): Promise<RunningProgram> {
  const client = startGo(domain, ['call', wanted, url]);
  expect(await client.line()).toEqual({ ready: true });
  return client;
}

function startGo(domain: RunningTrustDomain, args: readonly string[]): RunningProgram {
  if (go === undefined) throw new Error('skipped');
  const program = startClient(go, args, domain.endpoint);
  onTestFinished(() => program.stop());
  return program;
}

interface Answer {
  readonly status?: number;
  readonly body?: string;
  readonly refusal?: string;
}

async function answer(client: RunningProgram): Promise<Answer> {
  client.say('again');
  return (await client.line()) as Answer;
}

/** Go leaves a leading zero out. */
function sameSerial(hex: string): bigint {
  return BigInt(`0x${hex}`);
}

async function nextSerial(source: X509Source): Promise<void> {
  const { serial } = source.svid();
  await expect.poll(() => source.svid().serial, { timeout: 30_000 }).not.toBe(serial);
}
