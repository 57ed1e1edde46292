import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  authorizeId,
  createBundleSource,
  createJwtSource,
  createMtlsFetch,
  createWorkloadApiClient,
  createX509Source,
  type MtlsOptions,
  mtlsServerOptions,
  parseSpiffeId,
  protectServer,
  verifyTlsPeer,
  verifyX509Svid,
  type X509Source,
} from '../../packages/spiffe/src/index.ts';
import { findSpire, type RunningSpire, startSpire, TRUST_DOMAIN } from './spire.ts';

const programs = await findSpire();
const SHORT_TTL_SECONDS = 20;
const idOf = (path: string) => `spiffe://${TRUST_DOMAIN}${path}`;

describe.skipIf(programs === undefined)('our library and an unmodified spire-agent', () => {
  let spire: RunningSpire;
  let source: X509Source;
  const client = () => createWorkloadApiClient({ socketPath: spire.socketPath });

  beforeAll(async () => {
    if (programs === undefined) return;
    spire = await startSpire(programs);
    await spire.register('/one', { hint: 'first', ttlSeconds: SHORT_TTL_SECONDS });
    await spire.register('/two', { hint: 'second', ttlSeconds: 600 });
    source = await createX509Source({ socketPath: spire.socketPath, timeoutMs: 60_000 });
  }, 180_000);

  afterAll(async () => {
    source?.close();
    await spire?.stop();
  });

  test('fetch the SVIDs, with their hints, and the bundle that verifies them', async () => {
    // SPIRE takes some seconds until its agent knows of new entries, and they need not come at once.
    await expect.poll(() => source.svids().length, { timeout: 60_000 }).toBe(2);
    const { svids, bundles } = await client().fetchX509Context();
    expect(svids.map(({ spiffeId }) => `${spiffeId}`).sort()).toEqual([idOf('/one'), idOf('/two')]);
    for (const svid of svids) {
      const verified = verifyX509Svid(svid.certificates, bundles, new Date());
      expect(`${verified.spiffeId}`).toBe(`${svid.spiffeId}`);
    }
    expect(`${source.svidWithHint('second').spiffeId}`).toBe(idOf('/two'));
  });

  test('see a rotation: a new key and certificate before the old one ends', async () => {
    const before = source.svid(idOf('/one'));
    const { serial, notAfter } = before;
    const isRotated = () => source.svid(idOf('/one')).serial !== serial;
    await expect.poll(isRotated, { timeout: SHORT_TTL_SECONDS * 2000 }).toBe(true);
    expect(Date.now()).toBeLessThan(notAfter.getTime());
    const after = source.svid(idOf('/one'));
    expect(after.notAfter.getTime()).toBeGreaterThan(notAfter.getTime());
    expect(after.privateKey.equals(before.privateKey)).toBe(false);
  });

  test.each([
    ['/one', '/two'],
    ['/two', '/one'],
  ])('speak mutual TLS with SVIDs of SPIRE: %s serves, %s calls', async (serving, calling) => {
    const mtls = (own: string, peer: string): MtlsOptions => ({
      source,
      spiffeId: idOf(own),
      authorize: authorizeId(parseSpiffeId(idOf(peer))),
    });
    const server = createServer(mtlsServerOptions, (request, response) => {
      response.end(`${verifyTlsPeer(request.socket as TLSSocket, mtls(serving, calling)).spiffeId}`);
    });
    protectServer(server, mtls(serving, calling));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;

    const wanted = createMtlsFetch(mtls(calling, serving));
    expect(await (await wanted(url)).text()).toBe(idOf(calling));
    // The control: each side refuses an identity that it does not expect, though SPIRE has signed it.
    const unwanted = createMtlsFetch(mtls(calling, calling));
    await expect(unwanted(url)).rejects.toMatchObject({ cause: { code: 'tls.peer-not-authorized' } });
    const impostor = createMtlsFetch(mtls(serving, serving));
    await expect(impostor(url)).rejects.toThrow();
    for (const mtlsFetch of [wanted, unwanted, impostor]) await mtlsFetch.close();
  });

  test('fetch a JWT-SVID that SPIRE and we hold valid, for its audience alone', async () => {
    await using tokens = await createJwtSource({ socketPath: spire.socketPath });
    const svid = await tokens.svid({ audience: 'there', spiffeId: idOf('/two') });
    expect(`${svid.spiffeId}`).toBe(idOf('/two'));
    expect(await tokens.svid({ audience: 'there', spiffeId: idOf('/two') })).toBe(svid);
    expect(await tokens.verify(svid.token, 'there')).toMatchObject({ token: svid.token });
    expect(await client().validateJwtSvid({ token: svid.token, audience: 'there' })).toMatchObject({
      token: svid.token,
    });
    const elsewhere = { token: svid.token, audience: 'elsewhere' };
    await expect(tokens.verify(svid.token, 'elsewhere')).rejects.toMatchObject({
      code: 'jwt-svid.audience-mismatch',
    });
    await expect(client().validateJwtSvid(elsewhere)).rejects.toMatchObject({
      code: 'workload-api.invalid-argument',
    });
  });

  test('have its bundles of both kinds', async () => {
    await using bundles = await createBundleSource({ socketPath: spire.socketPath });
    expect(bundles.x509Bundles().get(TRUST_DOMAIN)?.authorities.length).toBeGreaterThan(0);
    expect(bundles.jwtBundles().get(TRUST_DOMAIN)?.authorities.size).toBeGreaterThan(0);
  });

  test('are told that it has no WIT-SVID profile', async () => {
    await expect(client().fetchWitSvids()).rejects.toMatchObject({ code: 'workload-api.unimplemented' });
  });
});
