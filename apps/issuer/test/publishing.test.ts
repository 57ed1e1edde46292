import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { join } from 'node:path';
import { type ConnectionOptions, connect } from 'node:tls';
import { createServerCertificate } from '@blastradius/pki';
import { fetchBundle, parseX509BundlePem, X509BundleSet } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

let postgres: Postgres;
beforeAll(async () => {
  postgres = await startPostgres();
});
afterAll(() => postgres?.stop());

const any: ConnectionOptions = { rejectUnauthorized: false };

async function start(changes: Record<string, string> = {}): Promise<TestIssuer> {
  const environment = await newEnvironment(postgres, { BUNDLE_ENDPOINT_PORT: '0', ...changes });
  onTestFinished(() => removeEnvironment(environment));
  const issuer = await startTestIssuer(environment);
  onTestFinished(() => issuer.close());
  return issuer;
}

interface Asked {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

async function ask(url: string, method = 'GET', headers: Record<string, string> = {}): Promise<Asked> {
  const call = request(url, { method, headers, rejectUnauthorized: false, agent: false }).end();
  const [answer] = await once(call, 'response');
  const chunks: Buffer[] = await answer.toArray();
  return { status: answer.statusCode, headers: answer.headers, text: Buffer.concat(chunks).toString() };
}

/** In a folder of the issuer's own, where they can be written again. */
async function webCertificate(environment: Record<string, string>) {
  const folder = join(environment['LEDGER_FILE'] ?? '', '..');
  const files = { WEB_CERTIFICATE_FILE: join(folder, 'web.pem'), WEB_KEY_FILE: join(folder, 'web.key') };
  const write = async () => {
    const { certificatePem, privateKeyPem } = await createServerCertificate();
    writeFileSync(files.WEB_CERTIFICATE_FILE, certificatePem);
    writeFileSync(files.WEB_KEY_FILE, privateKeyPem);
    return certificatePem;
  };
  return { files, write, certificatePem: await write() };
}

describe('the bundle endpoint', () => {
  it('is closed unless it is asked for', async () => {
    const closed = await start({ BUNDLE_ENDPOINT_PORT: '' });
    expect(closed.bundleEndpointUrl).toBe('');
    expect(closed.discoveryUrl).toBe('');
  });

  it('proves by https_spiffe to be the issuer, and gives the bundle as it is after each rotation', async () => {
    const issuer = await start();
    const { authorities } = await issuer.mintJoinToken();
    const known = new X509BundleSet([
      { trustDomain, authorities: authorities.map((der) => Buffer.from(der, 'base64')) },
    ]);
    const fetchAs = (endpointSpiffeId: string) =>
      fetchBundle({
        trustDomain,
        url: issuer.bundleEndpointUrl,
        profile: { type: 'https_spiffe', endpointSpiffeId, bundles: () => known },
      });
    const before = await fetchAs(`spiffe://${trustDomain}/issuer`);
    expect(before).toMatchObject({ refreshHintSeconds: 1 });
    expect(before.x509Authorities).toHaveLength(1);
    await expect(fetchAs(`spiffe://${trustDomain}/other`)).rejects.toMatchObject({
      code: 'federation.endpoint-untrusted',
    });
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
    const isAhead = async () => (await fetchAs(`spiffe://${trustDomain}/issuer`)).x509Authorities.length;
    await expect.poll(isAhead).toBe(2);
    const after = await fetchAs(`spiffe://${trustDomain}/issuer`);
    expect(after.sequence).toBeGreaterThan(before.sequence ?? 0n);
  });

  it('shows the certificate of a new authority, by which it was known before it signed', async () => {
    const issuer = await start();
    const { authorities } = await issuer.mintJoinToken();
    const url = issuer.bundleEndpointUrl;
    const endpointSpiffeId = `spiffe://${trustDomain}/issuer`;
    let known = parseX509BundlePem(trustDomain, '');
    known = { trustDomain, authorities: authorities.map((der) => Buffer.from(der, 'base64')) };
    const follow = async () => {
      const profile = {
        type: 'https_spiffe' as const,
        endpointSpiffeId,
        bundles: () => new X509BundleSet([known]),
      };
      const { x509Authorities } = await fetchBundle({ trustDomain, url, profile });
      known = { trustDomain, authorities: x509Authorities };
    };
    await follow();
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
    await expect.poll(() => follow().then(() => known.authorities.length)).toBe(2);
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'activate' });
    await issuer.admin('POST', '/admin/authority/rotate', { step: 'taint' });
    const onlyNewer = known.authorities.slice(1);
    const serverIsNew = async () => {
      known = { trustDomain, authorities: onlyNewer };
      return follow().then(
        () => true,
        () => false,
      );
    };
    await expect.poll(serverIsNew, { timeout: 10_000 }).toBe(true);
  });

  it('answers GET of its one document, asks for no certificate and keeps no connection', async () => {
    const { bundleEndpointUrl: url } = await start();
    const { status, headers, text } = await ask(`${url}/?a=b`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'cache-control': 'no-cache',
      connection: 'close',
    });
    expect(JSON.parse(text)).toMatchObject({ keys: expect.any(Array), spiffe_refresh_hint: 1 });
    for (const method of ['POST', 'PUT', 'HEAD', 'OPTIONS', 'DELETE']) {
      expect(await ask(url, method)).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    }
    for (const path of [
      '/v1/bundle',
      '/v1/attest/join-token',
      '/.well-known/openid-configuration',
      '/keys',
      '//',
    ]) {
      expect((await ask(`${url}${path}`)).status).toBe(404);
    }
    expect((await ask(url, 'GET', { 'x-huge': 'x'.repeat(20_000) })).status).toBe(431);
  });

  it('lets go of strangers who say nothing, and serves others meanwhile', async () => {
    const { bundleEndpointUrl: url } = await start();
    const { port } = new URL(url);
    const silent = connect({ ...any, port: Number(port), host: '127.0.0.1' });
    silent.on('error', () => {});
    await once(silent, 'secureConnect');
    silent.write('GET / HTTP/1.1\r\nhost: x\r\n');
    silent.resume();
    expect((await ask(url)).status).toBe(200);
    await once(silent, 'close');
  }, 20_000);

  it('speaks TLS 1.2 and 1.3, and nothing older', async () => {
    const { bundleEndpointUrl } = await start();
    const port = Number(new URL(bundleEndpointUrl).port);
    const handshake = async (version: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3') => {
      const options = { minVersion: version, maxVersion: version, ciphers: 'DEFAULT:@SECLEVEL=0' };
      const socket = connect({ ...any, ...options, port, host: '127.0.0.1' });
      try {
        await once(socket, 'secureConnect');
        return socket.getProtocol();
      } catch {
        return 'refused';
      } finally {
        socket.destroy();
      }
    };
    expect(await handshake('TLSv1.2')).toBe('TLSv1.2');
    expect(await handshake('TLSv1.3')).toBe('TLSv1.3');
    expect(await handshake('TLSv1.1')).toBe('refused');
  });

  it('shows by https_web the certificate of its files, and the next one when they are written anew', async () => {
    const environment = await newEnvironment(postgres);
    onTestFinished(() => removeEnvironment(environment));
    const { files, write, certificatePem } = await webCertificate(environment);
    const issuer = await startTestIssuer({
      ...environment,
      ...files,
      BUNDLE_ENDPOINT_PORT: '0',
      BUNDLE_ENDPOINT_PROFILE: 'https_web',
    });
    onTestFinished(() => issuer.close());
    const url = issuer.bundleEndpointUrl;
    const fetchBy = (authorities: string) =>
      fetchBundle({ trustDomain, url, profile: { type: 'https_web', authorities } });
    expect((await fetchBy(certificatePem)).trustDomain).toBe(trustDomain);
    // Half of a change is none.
    const { privateKeyPem } = await createServerCertificate();
    writeFileSync(files.WEB_KEY_FILE, privateKeyPem);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect((await fetchBy(certificatePem)).trustDomain).toBe(trustDomain);
    const next = await write();
    await expect
      .poll(
        () =>
          fetchBy(next).then(
            ({ sequence }) => sequence,
            () => undefined,
          ),
        { timeout: 10_000 },
      )
      .toBeDefined();
    await expect(fetchBy(certificatePem)).rejects.toMatchObject({ code: 'federation.endpoint-untrusted' });
  });
});
