import { createHash } from 'node:crypto';
import { access, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, systemClock } from '@blastradius/kernel';
import {
  createWorkloadApiClient,
  createX509Source,
  verifyX509Svid,
  type X509Source,
  type X509SvidNotHeld,
} from '@blastradius/spiffe';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SidecarConfig } from '../src/config.ts';
import { startSidecar } from '../src/sidecar.ts';
import { InTestIssuer, JOIN_TOKEN, TRUST_DOMAIN } from './in-test-issuer.ts';
import { startWorkload } from './workload.ts';

const agentId = (name: string | number) => `spiffe://${TRUST_DOMAIN}/agent/${name}`;
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let issuer: InTestIssuer;
let socketPath: string;
let closers: (() => unknown)[];
let ended: unknown[];

beforeEach(async () => {
  issuer = new InTestIssuer();
  socketPath = join(await mkdtemp(join(tmpdir(), 'sc-')), 'api.sock');
  closers = [];
  ended = [];
});

afterEach(async () => {
  for (const close of closers.reverse()) await close();
});

async function startIssuer(): Promise<void> {
  await issuer.start();
  closers.push(() => issuer.stop());
}

async function start({ joinToken = JOIN_TOKEN, changes = {} as Partial<SidecarConfig> } = {}) {
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [issuer.url],
      trustDomain: TRUST_DOMAIN,
      admission: { joinToken: { value: joinToken }, bootstrapBundle: { value: issuer.bootstrapBundle } },
      workloadApiSocket: socketPath,
      witSvids: 'on',
      egress: undefined,
      fileOutputs: [],
      ...changes,
    },
    clock: systemClock,
    random: createRandom('test'),
    logger: silent,
    onEnd: (error) => ended.push(error),
  });
  closers.push(() => sidecar.close());
  return sidecar;
}

async function openSource(): Promise<X509Source> {
  const source = await createX509Source({ socketPath, timeoutMs: 10_000 });
  closers.push(() => source.close());
  return source;
}

describe('the sidecar', () => {
  it('gives an attested workload an SVID that verifies against the bundle it came with', async () => {
    issuer.entitled = (selectors) =>
      selectors.includes(`unix:uid:${process.getuid?.()}`) ? [agentId('a')] : [];
    await startIssuer();
    await start();
    const source = await openSource();
    const svid = source.svid();
    const verified = verifyX509Svid(svid.certificates, source.bundles(), new Date());
    expect(verified.spiffeId.toString()).toBe(agentId('a'));
    expect(svid.hint).toBe('a');
    expect(new Set(issuer.callers)).toEqual(new Set([`spiffe://${TRUST_DOMAIN}/sidecar/test`]));
    expect(() => source.svid(agentId('b'))).toThrow(
      expect.objectContaining<Partial<X509SvidNotHeld>>({ code: 'x509-source.svid-not-held' }),
    );
  });

  it('refuses a workload that no policy covers, and serves it once one does', async () => {
    await startIssuer();
    await start();
    const codes: string[] = [];
    const opening = createX509Source({ socketPath, onError: (error) => codes.push(error.code) });
    await expect.poll(() => codes).toContain('workload-api.permission-denied');
    issuer.entitled = () => [agentId('late')];
    const source = await opening;
    closers.push(() => source.close());
    expect(source.svid().spiffeId.toString()).toBe(agentId('late'));
  });

  it('gives a real process its identity by its script, and a modified script none', async () => {
    const genuine = await startWorkload(socketPath, '');
    const modified = await startWorkload(socketPath, '// one line more\n');
    closers.push(
      () => genuine.stop(),
      () => modified.stop(),
    );
    const digest = createHash('sha256')
      .update(await readFile(genuine.script))
      .digest('hex');
    const pinned = [`interpreter:path:${genuine.script}`, `interpreter:sha256:${digest}`];
    issuer.entitled = (selectors) =>
      pinned.every((one) => selectors.includes(one)) ? [agentId('genuine')] : [];
    await startIssuer();
    await start();
    expect(await genuine.outcome()).toEqual({ spiffeId: agentId('genuine') });
    expect(await modified.outcome()).toEqual({ code: 'workload-api.permission-denied' });
  });

  it('rotates a thousand identities in one batch and one push, long before they end', async () => {
    // Half of it leaves a busy machine the time to make, mint and read a thousand of them.
    issuer.svidTtlMs = 14_000;
    issuer.entitled = () => Array.from({ length: 1000 }, (_, index) => agentId(index));
    await startIssuer();
    await start();
    const source = await openSource();
    const first = source.svid(agentId(999));
    let updates = 0;
    source.onUpdate(() => updates++);
    const before = process.cpuUsage();
    await expect.poll(() => updates, { timeout: 20_000 }).toBe(1);
    const { user, system } = process.cpuUsage(before);
    expect(source.svids()).toHaveLength(1000);
    expect(source.svid(agentId(999)).serial).not.toBe(first.serial);
    expect(first.notAfter.getTime()).toBeGreaterThan(Date.now());
    expect(issuer.mintedBatches).toEqual(Array.from({ length: 8 }, () => 250));
    // Issuer, sidecar and agent host all run in here; half a core for the sidecar alone is the promise.
    expect((user + system) / 1000).toBeLessThan(3500);
  });

  it('keeps serving while the issuer is away, and goes on by itself when it is back', async () => {
    issuer.svidTtlMs = 6000;
    issuer.entitled = () => [agentId('a')];
    await startIssuer();
    await start();
    const source = await openSource();
    const { serial } = source.svid();
    await issuer.stop();
    const second = await openSource();
    expect(second.svid().serial).toBe(serial);
    await new Promise((resolve) => setTimeout(resolve, 3500));
    expect(source.svid().serial).toBe(serial);
    await issuer.start();
    await expect.poll(() => source.svid().serial, { timeout: 3000 }).not.toBe(serial);
  });

  it('withdraws an SVID at its end when the issuer stays away', async () => {
    issuer.svidTtlMs = 3000;
    issuer.entitled = () => [agentId('a')];
    await startIssuer();
    await start();
    const codes: string[] = [];
    let updates = 0;
    const stop = createWorkloadApiClient({ socketPath }).watchX509Context({
      onUpdate: () => updates++,
      onError: (error) => codes.push(error.code),
    });
    closers.push(stop);
    await expect.poll(() => updates).toBe(1);
    await issuer.stop();
    await expect.poll(() => codes[0], { timeout: 5000 }).toBe('workload-api.permission-denied');
    await expect.poll(() => codes.at(-1), { timeout: 5000 }).toBe('workload-api.unavailable');
    await issuer.start();
    await expect.poll(() => updates, { timeout: 5000 }).toBe(2);
  });

  it('takes an identity away once the policy no longer grants it', async () => {
    issuer.entitled = () => [agentId('a'), agentId('b')];
    await startIssuer();
    await start();
    const source = await openSource();
    issuer.entitled = () => [agentId('b')];
    await expect.poll(() => source.svids().length, { timeout: 5000 }).toBe(1);
    expect(source.svid().spiffeId.toString()).toBe(agentId('b'));
  });

  it('pushes a new authority to streams that are open', async () => {
    issuer.entitled = () => [agentId('a')];
    await startIssuer();
    await start();
    const source = await openSource();
    const svid = source.svid();
    await issuer.addAuthority();
    await expect
      .poll(() => source.bundles().get(TRUST_DOMAIN)?.authorities.length, { timeout: 5000 })
      .toBe(2);
    // What has not changed is not parsed again.
    expect(source.svid()).toBe(svid);
  });

  it('renews its own SVID at half of its lifetime', async () => {
    issuer.sidecarTtlMs = 4000;
    await startIssuer();
    await start();
    await new Promise((resolve) => setTimeout(resolve, 6000));
    expect(issuer.renewals).toBeGreaterThanOrEqual(2);
    expect(ended).toEqual([]);
  });

  it('says so when its own SVID has ended', async () => {
    issuer.sidecarTtlMs = 2000;
    await startIssuer();
    await start();
    await issuer.stop();
    await expect.poll(() => ended, { timeout: 5000 }).toMatchObject([{ code: 'sidecar.identity-ended' }]);
  });

  it('serves clients again after a restart on the same socket', async () => {
    issuer.entitled = () => [agentId('a')];
    await startIssuer();
    const sidecar = await start();
    const source = await openSource();
    const { serial } = source.svid();
    await sidecar.close();
    expect(source.svid().serial).toBe(serial);
    issuer = new InTestIssuer();
    issuer.entitled = () => [agentId('a')];
    await startIssuer();
    await start();
    await expect.poll(() => source.svid().serial, { timeout: 5000 }).not.toBe(serial);
  });
});

describe('joining', () => {
  it('is refused by an unknown token', async () => {
    await startIssuer();
    await expect(start({ joinToken: 'guessed' })).rejects.toMatchObject({ code: 'issuer.refused' });
  });

  it('gives the token to the first issuer that can be reached, and to no other', async () => {
    await startIssuer();
    const [dead, second] = [await new InTestIssuer().start(), issuer.url];
    const issuerUrls = [dead.url, second];
    await dead.stop();
    issuer.entitled = () => [agentId('a')];
    await start({ changes: { issuerUrls } });
    expect(issuer.joinsAsked).toBe(1);
    expect((await openSource()).svid().spiffeId.toString()).toBe(agentId('a'));
  });

  it('never sends a token again whose answer was lost', async () => {
    await startIssuer();
    issuer.losesJoins = true;
    const issuerUrls = [issuer.url, issuer.url.replace('127.0.0.1', 'localhost')];
    await expect(start({ changes: { issuerUrls } })).rejects.toMatchObject({
      code: 'sidecar.join-token-lost',
    });
    expect(issuer.joinsAsked).toBe(1);
  });

  describe('by a file that the operator fills', () => {
    let file: string;
    let bundleFile: string;
    const fill = (token: string) => writeFile(file, `${token}\n`);
    const isTaken = () => expect.poll(() => access(file).catch(({ code }) => code)).toBe('ENOENT');
    const startByFile = () =>
      start({ changes: { admission: { joinToken: { file }, bootstrapBundle: { file: bundleFile } } } });

    beforeEach(async () => {
      const folder = await mkdtemp(join(tmpdir(), 'token-'));
      file = join(folder, 'token');
      bundleFile = join(folder, 'bundle');
      await startIssuer();
    });

    it('waits for both files, and takes the token away', async () => {
      const starting = startByFile();
      await fill(JOIN_TOKEN);
      await new Promise((resolve) => setTimeout(resolve, 500));
      // A token is not taken before it can be used.
      await access(file);
      await writeFile(bundleFile, issuer.bootstrapBundle);
      await starting;
      await isTaken();
    });

    it('takes the next token where one was refused, and where an answer was lost', async () => {
      await writeFile(bundleFile, issuer.bootstrapBundle);
      await fill('used-before');
      issuer.losesJoins = true;
      const starting = startByFile();
      await isTaken();
      await fill(JOIN_TOKEN);
      await expect.poll(() => issuer.joinsAsked).toBe(2);
      issuer.losesJoins = false;
      issuer.joinTokens.add('third');
      await fill('third');
      await starting;
      expect(issuer.joinsAsked).toBe(3);
    });

    it('keeps the token while no issuer was reached, and reads the bundle anew', async () => {
      await issuer.stop();
      await writeFile(bundleFile, 'AAAA');
      await fill(JOIN_TOKEN);
      const starting = startByFile();
      await isTaken();
      await issuer.start();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await writeFile(bundleFile, issuer.bootstrapBundle);
      await starting;
      expect(issuer.joinsAsked).toBe(1);
    });
  });

  it('does not give the token to a server that is another member of the trust domain', async () => {
    issuer.serverId = agentId('impostor');
    await startIssuer();
    const joining = start();
    const outcome = await Promise.race([
      joining,
      new Promise((resolve) => setTimeout(resolve, 1500, 'waits')),
    ]);
    expect(outcome).toBe('waits');
    expect(issuer.callers).toEqual([]);
    await issuer.stop();
    issuer.serverId = `spiffe://${TRUST_DOMAIN}/issuer`;
    await issuer.start();
    await joining;
  });
});
