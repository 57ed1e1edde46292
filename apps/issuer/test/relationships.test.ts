import { once } from 'node:events';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { createAuthority, createServerCertificate, type ServerCertificate } from '@blastradius/pki';
import { formatSpiffeBundle } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { startIssuerProcess } from './issuer-process.ts';
import { newEnvironment, removeEnvironment, startTestIssuer, type TestIssuer } from './test-issuer.ts';

let postgres: Postgres;
let web: ServerCertificate;
let issuer: TestIssuer;

beforeAll(async () => {
  postgres = await startPostgres();
  web = await createServerCertificate();
  issuer = await startTestIssuer(await newEnvironment(postgres));
});
afterAll(async () => {
  await issuer?.close();
  removeEnvironment(issuer?.environment ?? {});
  await postgres?.stop();
});

async function bundleOf(trustDomain: string, sequence: bigint): Promise<string> {
  const notAfter = new Date(Date.now() + 3_600_000);
  const { certificate } = await createAuthority({ trustDomain, notBefore: new Date(), notAfter });
  const none = { jwtAuthorities: new Map(), witAuthorities: new Map() };
  const x509Authorities = [certificate];
  return formatSpiffeBundle({ trustDomain, x509Authorities, ...none, sequence, refreshHintSeconds: 1 });
}

/** A bundle endpoint of https_web whose document the test lays ready; it counts who asks. */
async function startEndpoint(document: string) {
  const state = { document, status: 200, asked: [] as number[] };
  const tls = { cert: web.certificatePem, key: web.privateKeyPem };
  const server = createServer(tls, (_request, response) => {
    state.asked.push(Date.now());
    response.writeHead(state.status, { connection: 'close' }).end(state.document);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return Object.assign(state, { url });
}

type Admin = TestIssuer['admin'];
const webRelationship = (url: string) => ({ url, profile: 'https_web', webAuthorities: web.certificatePem });

async function stateOf(admin: Pick<TestIssuer, 'admin'>, trustDomain: string) {
  const answer = await (admin.admin as Admin)('GET', `/admin/federation/${trustDomain}`);
  return issuerAdministration.federationRelationship.parse(answer.body);
}

describe('federation with another trust domain', () => {
  it('fetches its bundle at once and by its hint, and the sidecars get what is new', async () => {
    const first = await bundleOf('polled.test', 2n ** 63n + 1n);
    const endpoint = await startEndpoint(first);
    const { client } = await issuer.admitSidecar();
    const federated = async () =>
      issuance.trustBundle.parse((await client.get('/v1/bundle')).body).federatedBundles['polled.test'];
    expect(
      (await issuer.admin('PUT', '/admin/federation/polled.test', webRelationship(endpoint.url))).status,
    ).toBe(200);
    await expect.poll(federated, { timeout: 10_000 }).toBe(first);
    // All 64 bits of the sequence are kept.
    expect((await stateOf(issuer, 'polled.test')).bundle?.sequence).toBe('9223372036854775809');
    endpoint.document = await bundleOf('polled.test', 2n ** 63n + 2n);
    await expect.poll(federated, { timeout: 10_000 }).toBe(endpoint.document);
    expect((await issuer.admin('DELETE', '/admin/federation/polled.test')).status).toBe(200);
    expect(await federated()).toBeUndefined();
    const asked = endpoint.asked.length;
    await delay(2500);
    expect(endpoint.asked.length).toBe(asked);
    expect((await issuer.admin('GET', '/admin/federation/polled.test')).status).toBe(404);
    const reasons = issuer
      .ledger()
      .flatMap((record) =>
        record.ledger === 'issuer' && record.spiffeId === 'spiffe://polled.test' ? [record.reason] : [],
      );
    expect(reasons).toEqual(['relationship-set', 'bundle-fetched', 'bundle-fetched', 'relationship-removed']);
  });

  it('keeps what it has while the endpoint is away, gone bad or rolled back, and says so once in the ledger', async () => {
    const good = await bundleOf('bad.test', 5n);
    const endpoint = await startEndpoint(good);
    await issuer.admin('PUT', '/admin/federation/bad.test', webRelationship(endpoint.url));
    const refresh = async () => {
      const { body } = await issuer.admin('POST', '/admin/federation/bad.test/refresh');
      return issuerAdministration.federationRelationship.parse(body);
    };
    expect(await refresh()).toMatchObject({ failures: 0, bundle: { sequence: '5', x509Authorities: 1 } });
    endpoint.document = await bundleOf('bad.test', 4n);
    expect((await refresh()).failure).toContain('federation.sequence-rolled-back');
    expect((await refresh()).failures).toBeGreaterThan(1);
    endpoint.status = 302;
    expect((await refresh()).failure).toContain('federation.endpoint-answer');
    endpoint.status = 200;
    endpoint.document = '<html>';
    expect(await refresh()).toMatchObject({ bundle: { sequence: '5' } });
    endpoint.document = good;
    expect(await refresh()).toMatchObject({ failures: 0, bundle: { sequence: '5' } });
    const failures = issuer
      .ledger()
      .flatMap((record) =>
        record.ledger === 'issuer' && record.spiffeId === 'spiffe://bad.test' ? [record.reason] : [],
      )
      .filter((reason) => reason.startsWith('federation.'));
    expect(failures).toEqual([
      'federation.sequence-rolled-back',
      'federation.endpoint-answer',
      'federation.fetched-bundle-invalid',
    ]);
    // A bundle that the operator gives begins anew, also with a lower sequence.
    const given = { ...webRelationship(endpoint.url), bundle: await bundleOf('bad.test', 1n) };
    await issuer.admin('PUT', '/admin/federation/bad.test', given);
    endpoint.document = given.bundle;
    expect(await refresh()).toMatchObject({ failures: 0, bundle: { sequence: '1' } });
    await issuer.admin('DELETE', '/admin/federation/bad.test');
  });

  it('changes nothing for the sidecars where only a sequence has grown', async () => {
    const document = await bundleOf('calm.test', 1n);
    const endpoint = await startEndpoint(document);
    await issuer.admin('PUT', '/admin/federation/calm.test', webRelationship(endpoint.url));
    await issuer.admin('POST', '/admin/federation/calm.test/refresh');
    const { client } = await issuer.admitSidecar();
    const sequence = async () => issuance.trustBundle.parse((await client.get('/v1/bundle')).body).sequence;
    const before = await sequence();
    endpoint.document = document.replace('"spiffe_sequence":1', '"spiffe_sequence":9');
    await issuer.admin('POST', '/admin/federation/calm.test/refresh');
    expect(await stateOf(issuer, 'calm.test')).toMatchObject({ bundle: { sequence: '9' } });
    expect(await sequence()).toBe(before);
    await issuer.admin('DELETE', '/admin/federation/calm.test');
  });

  it('is refused where it can’t be meant, and the operator is told why', async () => {
    const bundle = await bundleOf('other.test', 1n);
    const spiffe = { url: 'https://127.0.0.1:1/', profile: 'https_spiffe' };
    const endpointSpiffeId = 'spiffe://other.test/server';
    const refusals: [string, object, string][] = [
      ['other.test', { url: 'http://other.test/', profile: 'https_web' }, 'https'],
      ['other.test', { url: 'file:///etc/passwd', profile: 'https_web' }, 'https'],
      ['other.test', { url: 'https://user:hunter2@other.test/', profile: 'https_web' }, 'password'],
      ['moltbook.test', { url: 'https://other.test/', profile: 'https_web', bundle }, 'own trust domain'],
      ['Other.test', { url: 'https://other.test/', profile: 'https_web' }, 'trust-domain'],
      ['other.test', spiffe, 'SPIFFE ID'],
      ['other.test', { ...spiffe, endpointSpiffeId }, 'give the bundle along'],
      ['other.test', { ...spiffe, endpointSpiffeId: 'spiffe://other.test', bundle }, 'no path'],
      ['other.test', { ...spiffe, endpointSpiffeId, bundle: '{"keys":1}' }, 'bundle.'],
      ['other.test', { ...spiffe, endpointSpiffeId, bundle: '-----BEGIN CERTIFICATE-----' }, 'bundle.'],
      ['other.test', { url: 'https://other.test/', profile: 'https_web', webAuthorities: 'x' }, 'pem'],
    ];
    for (const [trustDomain, body, text] of refusals) {
      const answer = await issuer.admin('PUT', `/admin/federation/${trustDomain}`, body);
      expect(answer.status, text).toBe(400);
      expect(answer.text).toContain(text);
      expect(answer.text).not.toContain('hunter2');
    }
    expect((await issuer.admin('GET', '/admin/federation')).body).toEqual({ relationships: [] });
  });

  it('keeps all bits of a sequence that the operator gives by hand', async () => {
    const document = await bundleOf('exact.test', 2n ** 64n - 1n);
    const { client } = await issuer.admitSidecar();
    await issuer.admin('PUT', '/admin/federated-bundles/exact.test', document);
    const { federatedBundles } = issuance.trustBundle.parse((await client.get('/v1/bundle')).body);
    expect(federatedBundles['exact.test']).toBe(document);
    await issuer.admin('DELETE', '/admin/federated-bundles/exact.test');
  });
});

describe('two issuers on one database', () => {
  it('poll each endpoint once between them, and one goes on when the other is killed', async () => {
    const endpoint = await startEndpoint(await bundleOf('shared.test', 1n));
    const one = await newEnvironment(postgres);
    const two = { ...(await newEnvironment(postgres)), DATABASE_URL: one['DATABASE_URL'] ?? '' };
    const key = { KEY_ENCRYPTION_KEY: one['KEY_ENCRYPTION_KEY'] ?? '' };
    const first = await startIssuerProcess(one);
    const second = await startIssuerProcess({ ...two, ...key });
    onTestFinished(async () => {
      await Promise.all([first.kill(), second.stop()]);
      removeEnvironment(one);
      removeEnvironment(two);
    });
    await first.admin('PUT', '/admin/federation/shared.test', webRelationship(endpoint.url));
    await expect.poll(() => endpoint.asked.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const asked = endpoint.asked.length;
    await delay(6000);
    const inSixSeconds = endpoint.asked.length - asked;
    // The hint is a second: one issuer alone asks at most so often.
    expect(inSixSeconds).toBeGreaterThanOrEqual(2);
    expect(inSixSeconds).toBeLessThanOrEqual(7);
    await first.kill();
    endpoint.document = await bundleOf('shared.test', 2n);
    // The one killed may have taken the next poll with it, for the time of its lease.
    const isFollowed = async () => (await stateOf(second, 'shared.test')).bundle?.sequence;
    await expect.poll(isFollowed, { timeout: 40_000 }).toBe('2');
  }, 90_000);
});
