import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '@blastradius/kernel';
import {
  createWorkloadApiClient,
  createX509Source,
  verifyJwtSvid,
  verifyX509Svid,
  type X509Source,
} from '@blastradius/spiffe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSidecar } from '../src/sidecar.ts';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';

const HOUR_MS = 3_600_000;
const SVID_TTL_MS = 600_000;
const PATIENCE = { timeout: 15_000 };
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let issuer: InTestIssuer;
let socketPath: string;
/** How far the sidecar's clock is before everybody else's. */
let aheadMs: number;
let closers: (() => unknown)[];
let ended: { code: string }[];

beforeEach(async () => {
  issuer = new InTestIssuer();
  issuer.entitled = () => [`spiffe://${TRUST_DOMAIN}/agent/a`];
  issuer.svidTtlMs = SVID_TTL_MS;
  issuer.sidecarTtlMs = 12 * HOUR_MS;
  socketPath = join(await mkdtemp(join(tmpdir(), 'ck-')), 'api.sock');
  aheadMs = 0;
  closers = [];
  ended = [];
  await issuer.start();
  closers.push(() => issuer.stop());
});
afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function start() {
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
    clock: { now: () => new Date(Date.now() + aheadMs) },
    random: createRandom('clock'),
    logger: silent,
    onEnd: (error) => ended.push(error),
  });
  closers.push(() => sidecar.close());
  return sidecar;
}

async function openSource(): Promise<{ source: X509Source; codes: string[] }> {
  const codes: string[] = [];
  const onError = ({ code }: { code: string }) => void codes.push(code);
  const source = await createX509Source({ socketPath, timeoutMs: 10_000, onError });
  closers.push(() => source.close());
  return { source, codes };
}

const verified = (source: X509Source) =>
  verifyX509Svid(source.svid().certificates, source.bundles(), new Date()).spiffeId.path;

describe('a sidecar whose clock', () => {
  it('is set back by an hour keeps what it has for its life and not for an hour more, and goes on once it is right', async () => {
    issuer.svidTtlMs = 5000;
    await start();
    const { source, codes } = await openSource();
    aheadMs = -HOUR_MS;
    const before = issuer.mintedBatches.length;
    await wait(1500);
    expect(verified(source)).toBe('/agent/a');
    await expect.poll(() => codes, PATIENCE).toContain('workload-api.permission-denied');
    // By ours what the issuer gives is not valid yet: it asks again, with growing delays.
    expect(issuer.mintedBatches.length - before).toBeLessThan(30);
    aheadMs = 0;
    await expect.poll(() => (source.svids().length > 0 ? verified(source) : ''), PATIENCE).toBe('/agent/a');
    expect(ended).toEqual([]);
  });

  it('is set forward by an hour withdraws what has ended by it, and serves again once it is right', async () => {
    await start();
    const { source, codes } = await openSource();
    aheadMs = HOUR_MS;
    await expect.poll(() => codes, PATIENCE).toContain('workload-api.permission-denied');
    expect(() => source.svid()).toThrow(expect.objectContaining({ code: 'x509-source.svid-not-held' }));
    const before = issuer.mintedBatches.length;
    await expect.poll(() => codes, PATIENCE).toContain('workload-api.unavailable');
    await wait(3000);
    expect(issuer.mintedBatches.length - before).toBeLessThan(15);
    aheadMs = 0;
    await expect.poll(() => (source.svids().length > 0 ? verified(source) : ''), PATIENCE).toBe('/agent/a');
    expect(ended).toEqual([]);
  });

  it('is set forward beyond the end of its own SVID ends and says so: a join token is good once', async () => {
    issuer.sidecarTtlMs = HOUR_MS / 2;
    await start();
    aheadMs = HOUR_MS;
    await expect.poll(() => ended, PATIENCE).toMatchObject([{ code: 'sidecar.identity-ended' }]);
  });

  it.each([HOUR_MS, -HOUR_MS])(
    'is %i ms wrong does not join by an SVID that is of no use by it',
    async (wrongMs) => {
      issuer.sidecarTtlMs = HOUR_MS / 2;
      aheadMs = wrongMs;
      await expect(start()).rejects.toMatchObject({ code: 'sidecar.clocks-differ' });
    },
  );

  it('is an hour behind takes no token that is from its future, though its issuer and others do', async () => {
    await start();
    const client = createWorkloadApiClient({ socketPath });
    const svid = await client.fetchJwtSvid({ audience: 'network' });
    const bundles = await client.fetchJwtBundles();
    const now = new Date();
    expect(await verifyJwtSvid(svid.token, { audience: ['network'], bundles, now })).toBeDefined();
    const validated = () => client.validateJwtSvid({ audience: 'network', token: svid.token });
    expect(await validated()).toBeDefined();
    aheadMs = -HOUR_MS;
    await expect(validated()).rejects.toMatchObject({ code: 'workload-api.invalid-argument' });
    aheadMs = HOUR_MS;
    await expect(validated()).rejects.toMatchObject({ code: 'workload-api.invalid-argument' });
  });
});
