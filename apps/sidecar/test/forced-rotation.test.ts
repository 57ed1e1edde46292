import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { presentX509Svid } from '@blastradius/credentials';
import { createRandom, systemClock } from '@blastradius/kernel';
import {
  authorityKeyIdOf,
  certificatesToPem,
  createX509Source,
  subjectKeyIdOf,
  type X509Source,
} from '@blastradius/spiffe';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSidecar } from '../src/sidecar.ts';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';

const idOf = (name: string | number) => `spiffe://${TRUST_DOMAIN}/${name}`;
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let issuer: InTestIssuer;
let closers: (() => unknown)[];

beforeEach(async () => {
  closers = [];
  issuer = await new InTestIssuer().start();
  closers.push(() => issuer.stop());
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function openSource(): Promise<X509Source> {
  const socketPath = join(await mkdtemp(join(tmpdir(), 'fr-')), 'api.sock');
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [issuer.url],
      trustDomain: TRUST_DOMAIN,
      admission: { joinToken: { value: JOIN_TOKEN }, bootstrapBundle: { value: issuer.bootstrapBundle } },
      workloadApiSocket: socketPath,
      witSvids: 'on',
      egress: undefined,
      fileOutputs: [],
    },
    clock: systemClock,
    random: createRandom('test'),
    logger: silent,
    onEnd: () => {},
  });
  closers.push(() => sidecar.close());
  const source = await createX509Source({ socketPath, timeoutMs: 30_000 });
  closers.push(() => source.close());
  return source;
}

/** The authorities that signed what is held. */
const signersOf = (source: X509Source) =>
  new Set(source.svids().map(({ certificates }) => authorityKeyIdOf(certificates[0] ?? new Uint8Array())));
const currentSigner = () => new Set([subjectKeyIdOf(issuer.authorities[0] ?? new Uint8Array())]);

/** A server that shows its SVID of the source, whichever that is by then, and asks for its callers'. */
async function startServer(source: X509Source): Promise<string> {
  const secure = () => {
    const { certificates, privateKey } = source.svid(idOf('network'));
    return {
      cert: certificatesToPem(certificates),
      key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
      ca: certificatesToPem(source.bundles().get(TRUST_DOMAIN)?.authorities ?? []),
    };
  };
  const server = createServer({ ...secure(), requestCert: true, rejectUnauthorized: true }, (_, response) => {
    setTimeout(() => response.end('{}'), 20);
  });
  source.onUpdate(() => server.setSecureContext(secure()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('after a forced rotation', () => {
  it('every SVID that is held, the own included, is signed by the new authority within seconds', async () => {
    issuer.entitled = () => Array.from({ length: 1000 }, (_, index) => idOf(index));
    const source = await openSource();
    const before = signersOf(source);
    expect(before).toEqual(currentSigner());
    await issuer.rotateByForce();
    await expect.poll(() => signersOf(source), { timeout: 30_000 }).toEqual(currentSigner());
    expect(signersOf(source)).not.toEqual(before);
    expect(source.svids()).toHaveLength(1000);
    // Once for the whole set, 250 in a request, and long before half of the lifetime.
    expect(issuer.mintedBatches).toEqual(Array.from({ length: 8 }, () => 250));
    await expect.poll(() => issuer.renewals).toBe(1);
  });

  it('of which no client and no server had to stop, no request has failed', async () => {
    issuer.entitled = () => [idOf('network'), idOf('agent')];
    const source = await openSource();
    const url = await startServer(source);
    const presenter = presentX509Svid({
      svid: () => source.svid(idOf('agent')),
      trust: {
        kind: 'spiffe',
        serverId: idOf('network'),
        authorities: () => source.bundles().get(TRUST_DOMAIN)?.authorities ?? [],
      },
      limits: { connectionsMax: 4 },
    });
    closers.push(() => presenter.close());
    const failures: unknown[] = [];
    let sent = 0;
    const one = async () => {
      sent += 1;
      const answer = await request(url, { dispatcher: presenter.dispatcher() }).catch((error: unknown) => {
        failures.push(error);
      });
      await answer?.body.dump();
      if (answer !== undefined && answer.statusCode !== 200) failures.push(answer.statusCode);
    };
    const under: Promise<void>[] = [];
    const sendFor = async (ms: number) => {
      for (const endMs = Date.now() + ms; Date.now() < endMs; ) {
        under.push(one());
        await wait(10);
      }
    };
    await sendFor(500);
    await issuer.rotateByForce();
    await sendFor(4000);
    await Promise.all(under);
    expect(signersOf(source)).toEqual(currentSigner());
    expect(sent).toBeGreaterThan(100);
    expect(failures).toEqual([]);
  });
});
