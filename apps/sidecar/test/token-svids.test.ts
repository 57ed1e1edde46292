import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, systemClock } from '@blastradius/kernel';
import {
  createWorkloadApiClient,
  JwtBundleSet,
  parseSpiffeBundle,
  verifyJwtSvid,
  verifyWitSvid,
  type WitBundleSet,
  type WorkloadApiClient,
} from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SidecarConfig } from '../src/config.ts';
import { startSidecar } from '../src/sidecar.ts';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';
import { issuerEnvironment, startIssuerProcess } from './issuer-process.ts';

const agentId = (name: string) => `spiffe://${TRUST_DOMAIN}/agent/${name}`;
const audience = ['network'];
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Joining {
  readonly url: string;
  readonly joinToken: string;
  readonly bootstrapBundle: string;
  readonly witSvids?: SidecarConfig['witSvids'];
}

async function startHost(joining: Joining): Promise<{ client: WorkloadApiClient; log: string[] }> {
  const socketPath = join(await mkdtemp(join(tmpdir(), 'ts-')), 'api.sock');
  const log: string[] = [];
  const write = (context: object, message: string) => void log.push(`${JSON.stringify(context)} ${message}`);
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [joining.url],
      trustDomain: TRUST_DOMAIN,
      admission: {
        joinToken: { value: joining.joinToken },
        bootstrapBundle: { value: joining.bootstrapBundle },
      },
      workloadApiSocket: socketPath,
      witSvids: joining.witSvids ?? 'on',
      egress: undefined,
      fileOutputs: [],
    },
    clock: systemClock,
    random: createRandom('test'),
    logger: { debug: write, info: write, warn: write },
    onEnd: () => {},
  });
  closers.push(() => sidecar.close());
  return { client: createWorkloadApiClient({ socketPath }), log };
}

const verify = async (client: WorkloadApiClient, token: string) =>
  verifyJwtSvid(token, { audience, bundles: await client.fetchJwtBundles(), now: new Date() });

describe('a workload that uses tokens', () => {
  let issuer: InTestIssuer;
  const startInTest = (witSvids: SidecarConfig['witSvids'] = 'on') => {
    const { url, bootstrapBundle } = issuer;
    return startHost({ url, joinToken: JOIN_TOKEN, bootstrapBundle, witSvids });
  };

  beforeEach(async () => {
    issuer = new InTestIssuer();
    issuer.entitled = () => [agentId('a'), agentId('b')];
    await issuer.start();
    closers.push(() => issuer.stop());
  });

  it('gets JWT-SVIDs that verify by the bundles beside them, from the cache the second time', async () => {
    const { client } = await startInTest();
    const svids = await client.fetchJwtSvids({ audience });
    expect(svids.map(({ spiffeId, hint }) => [spiffeId.toString(), hint])).toEqual([
      [agentId('a'), 'a'],
      [agentId('b'), 'b'],
    ]);
    expect((await verify(client, svids[0]?.token ?? '')).spiffeId.toString()).toBe(agentId('a'));
    const again = await client.fetchJwtSvids({ audience });
    expect(again.map(({ token }) => token)).toEqual(svids.map(({ token }) => token));
    expect(issuer.tokensMinted).toBe(2);
    await expect(client.fetchJwtSvids({ audience, spiffeId: agentId('z') })).rejects.toMatchObject({
      code: 'workload-api.permission-denied',
    });
  });

  it('has tokens of others validated, and not those for another audience', async () => {
    const { client } = await startInTest();
    const { token } = await client.fetchJwtSvid({ audience });
    const svid = await client.validateJwtSvid({ token, audience: 'network' });
    expect(svid.spiffeId.toString()).toBe(agentId('a'));
    await expect(client.validateJwtSvid({ token, audience: 'other' })).rejects.toMatchObject({
      code: 'workload-api.invalid-argument',
    });
  });

  it('gets WIT-SVIDs that verify by the bundles beside them, for keys of its own', async () => {
    const { client } = await startInTest();
    const bundles: WitBundleSet = await client.fetchWitBundles();
    const svids = await client.fetchWitSvids();
    expect(svids).toHaveLength(2);
    for (const { token } of svids) await verifyWitSvid(token, { bundles, now: new Date() });
    expect(new Set(svids.map(({ confirmationKey }) => confirmationKey.x)).size).toBe(2);
  });

  it('is told that there are no WIT-SVIDs where they are off', async () => {
    const { client } = await startInTest('off');
    await expect(client.fetchWitSvids()).rejects.toMatchObject({ code: 'workload-api.unimplemented' });
  });

  it('is given a new token once the key that signed the last one is tainted', async () => {
    const { client } = await startInTest();
    const { token } = await client.fetchJwtSvid({ audience });
    await issuer.rotateJwtByForce();
    await expect
      .poll(async () => (await client.fetchJwtSvid({ audience })).token, { timeout: 10_000 })
      .not.toBe(token);
    const next = await client.fetchJwtSvid({ audience });
    // What the tainted key has signed still verifies: nothing honest is refused meanwhile.
    await verify(client, next.token);
    await verify(client, token);
  });

  it('keeps its tokens while the issuer is away, and gets another audience once it is back', async () => {
    const { client } = await startInTest();
    const { token } = await client.fetchJwtSvid({ audience });
    await issuer.stop();
    expect((await client.fetchJwtSvid({ audience })).token).toBe(token);
    await expect(client.fetchJwtSvid({ audience: ['late'] })).rejects.toMatchObject({
      code: 'workload-api.unavailable',
    });
    await issuer.start();
    await expect
      .poll(
        () =>
          client.fetchJwtSvid({ audience: ['late'] }).then(
            () => true,
            () => false,
          ),
        { timeout: 15_000 },
      )
      .toBe(true);
  });

  it('gets the bundles of those that its identity federates with, and of no others', async () => {
    const foreign = { keys: [{ kty: 'EC', use: 'jwt-svid', kid: 'k1', ...(await foreignKey()) }] };
    issuer.federatesWith = ['friend.test'];
    issuer.federatedBundles = { 'friend.test': JSON.stringify(foreign), 'stranger.test': '{"keys":[]}' };
    const { client } = await startInTest();
    const bundles = await client.fetchJwtBundles();
    expect(bundles).toBeInstanceOf(JwtBundleSet);
    expect(bundles.bundles.map(({ trustDomain }) => trustDomain).sort()).toEqual([
      'friend.test',
      TRUST_DOMAIN,
    ]);
    const expected = parseSpiffeBundle('friend.test', JSON.stringify(foreign)).jwtAuthorities;
    expect([...(bundles.get('friend.test')?.authorities.keys() ?? [])]).toEqual([...expected.keys()]);
    const { federatedBundles } = await client.fetchX509Context().then(({ bundles: x509 }) => ({
      federatedBundles: x509.bundles.map(({ trustDomain }) => trustDomain),
    }));
    expect(federatedBundles).not.toContain('stranger.test');
  });

  it('finds no token of its own in what the sidecar logs', async () => {
    const { client, log } = await startInTest();
    const { token } = await client.fetchJwtSvid({ audience });
    await client.validateJwtSvid({ token, audience: 'other' }).catch(() => {});
    const [wit] = await client.fetchWitSvids();
    expect(log.join('\n')).toContain('workload api call refused');
    for (const part of [...token.split('.'), ...(wit?.token.split('.') ?? [])]) {
      expect(log.join('\n')).not.toContain(part);
    }
  });
});

async function foreignKey() {
  const { publicKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ]);
  const { crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
  return { crv, x, y };
}

describe('with the real issuer', () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres();
  });
  afterAll(() => postgres?.stop());

  it('tokens of both kinds verify by the bundles that the sidecar serves', async () => {
    const issuer = await startIssuerProcess(await issuerEnvironment(postgres));
    closers.push(() => issuer.kill());
    const selectors = [`unix:uid:${process.getuid?.()}`];
    const spiffeId = 'spiffe://{trustDomain}/agent/{instance}';
    const policy = { id: 'agents', nodes: ['host-1'], selectors, spiffeId, instances: ['a', 'b'] };
    await issuer.order('PUT', '/admin/policies', { policies: [policy] });
    const { client } = await startHost({ url: issuer.url, ...(await issuer.mintJoinToken('host-1')) });
    const [jwt] = await client.fetchJwtSvids({ audience, spiffeId: agentId('b') });
    expect((await verify(client, jwt?.token ?? '')).spiffeId.toString()).toBe(agentId('b'));
    const validated = await client.validateJwtSvid({ token: jwt?.token ?? '', audience: 'network' });
    expect(validated.spiffeId.toString()).toBe(agentId('b'));
    const [wit] = await client.fetchWitSvids();
    const bundles = await client.fetchWitBundles();
    const verified = await verifyWitSvid(wit?.token ?? '', { bundles, now: new Date() });
    expect(verified.spiffeId.toString()).toBe(agentId('a'));
  });
});
