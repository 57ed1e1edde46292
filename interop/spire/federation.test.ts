import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServerCertificate } from '../../packages/pki/src/index.ts';
import { unixOrder } from '../../packages/stack/src/process/unix-request.ts';
import { freePort } from '../../packages/testkit/src/index.ts';
import { buildGoClient } from '../go/build-go-client.ts';
import { type RunningTrustDomain, startTrustDomain } from '../trust-domain.ts';
import { openWorkload, type Workload } from './federated-workload.ts';
import { findSpire, type RunningSpire, startSpire } from './spire.ts';

const programs = await findSpire();
const go = await buildGoClient();
const run = promisify(execFile);

const PROGRAM = join(import.meta.dirname, '../../apps/cli/bin/blastradius.mjs');
const SPIRE = 'spire.test';
const OURS = 'ours.test';
const THIRD = 'third.test';
/** Our issuer polls by it. SPIRE polls every 15 s at its most eager, so that it is told to where a test waits. */
const REFRESH_HINT_SECONDS = 2;
/** What is replaced here is replaced by order, and not because it ends. */
const patient = { X509_SVID_TTL_SECONDS: '120' };
const WAIT = { timeout: 60_000, interval: 500 };
const idOf = (trustDomain: string) => `spiffe://${trustDomain}/workload`;
const ourIdentity = { hint: 'workload', path: '/workload', federatesWith: [SPIRE] };

async function blastradius(...args: string[]): Promise<string> {
  return (await run(process.execPath, [PROGRAM, 'federation', ...args], { timeout: 60_000 })).stdout;
}

describe.skipIf(programs === undefined || go === undefined)('federation of SPIRE and our issuer', () => {
  let folder: string;
  let spire: RunningSpire;
  let spireEntry: string;
  let ours: RunningTrustDomain;
  let third: RunningTrustDomain;
  let spireWorkload: Workload;
  let ourWorkload: Workload;
  let thirdWorkload: Workload;
  let endpoints: { readonly spire: string; readonly ours: string };
  const stops: (() => unknown)[] = [];

  beforeAll(async () => {
    if (programs === undefined || go === undefined) return;
    folder = await mkdtemp(join(tmpdir(), 'federation-'));
    stops.push(() => rm(folder, { recursive: true }));
    const [spirePort, ourPort] = [await freePort(), await freePort()];
    endpoints = { spire: `https://127.0.0.1:${spirePort}/`, ours: `https://127.0.0.1:${ourPort}/` };
    const bundleEndpoint = { port: spirePort, refreshHintSeconds: REFRESH_HINT_SECONDS };
    spire = await startSpire(programs, { bundleEndpoint });
    stops.push(() => spire.stop());
    spireEntry = await spire.register('/workload', { hint: 'workload', ttlSeconds: 600 });
    ours = await startTrustDomain(OURS, { ...patient, BUNDLE_ENDPOINT_PORT: String(ourPort) });
    stops.push(() => ours.stop());
    third = await startTrustDomain(THIRD, patient);
    stops.push(() => third.stop());
    await ours.grant([ourIdentity]);
    await third.grant([{ hint: 'workload', path: '/workload' }]);
    spireWorkload = await openWorkload({ socketPath: spire.socketPath, id: idOf(SPIRE), go });
    ourWorkload = await openWorkload({ socketPath: ours.socketPath, id: idOf(OURS), go });
    thirdWorkload = await openWorkload({ socketPath: third.socketPath, id: idOf(THIRD), go });
    stops.push(() => Promise.all([spireWorkload, ourWorkload, thirdWorkload].map((one) => one.close())));
  }, 240_000);
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });

  /** The block of docs/federation.md below the comment of this name, by `sh`, with the places of this test in it. */
  const runFromDocument = async (name: string): Promise<string> => {
    const page = await readFile(join(import.meta.dirname, '../../docs/federation.md'), 'utf8');
    const [, block] = new RegExp(`<!-- ${name} -->\n\`\`\`sh\n([^\`]+)\`\`\``).exec(page) ?? [];
    if (block === undefined) throw new Error(`docs/federation.md has no block ${name}`);
    const commands = block
      .replaceAll('/run/issuer/admin.sock', ours.adminSocket)
      .replaceAll('https://spire.example:8443/', endpoints.spire)
      .replaceAll('https://issuer.example:8444/', endpoints.ours);
    const functions = [
      `spire-server() { '${programs?.server}' "$@" -socketPath '${spire.adminSocket}'; }`,
      `npx() { shift; '${process.execPath}' '${PROGRAM}' "$@"; }`,
    ];
    const script = ['set -e', ...functions, commands].join('\n');
    return (await run('bash', ['-c', script], { cwd: folder, timeout: 120_000 })).stdout;
  };
  const operator = (...args: string[]) => blastradius(...args, '--admin-socket', ours.adminSocket);
  const withFederation = (federatesWith: Record<string, string>) =>
    spire.order(['entry', 'update'], {
      entryID: spireEntry,
      parentID: `spiffe://${SPIRE}/node`,
      spiffeID: idOf(SPIRE),
      selector: `unix:uid:${process.getuid?.()}`,
      hint: 'workload',
      x509SVIDTTL: '600',
      ...federatesWith,
    });
  const spireRefreshes = () => spire.order(['federation', 'refresh'], { id: OURS });
  const authoritiesOf = (holder: Workload, trustDomain: string) =>
    holder.x509.bundles().get(trustDomain)?.authorities.length ?? 0;
  const tokenKeysOf = (holder: Workload, trustDomain: string) =>
    holder.tokens.bundles().get(trustDomain)?.authorities.size ?? 0;

  /** X509-SVIDs over mutual TLS each way, by our library and by go-spiffe at either end, and JWT-SVIDs each way. */
  const outcomes = async (one: Workload, other: Workload) => ({
    mutualTls: await one.serves(other),
    mutualTlsBack: await other.serves(one),
    goServes: await one.servesByGo(other),
    goServesBack: await other.servesByGo(one),
    goCalls: await one.isCalledByGo(other),
    goCallsBack: await other.isCalledByGo(one),
    token: await one.believesToken(other),
    tokenBack: await other.believesToken(one),
  });
  const all = (outcome: 'accepted' | 'refused') => ({
    mutualTls: outcome,
    mutualTlsBack: outcome,
    goServes: outcome,
    goServesBack: outcome,
    goCalls: outcome,
    goCallsBack: outcome,
    token: outcome,
    tokenBack: outcome,
  });

  it('before it, each side’s workload refuses the other (control)', async () => {
    expect(await outcomes(ourWorkload, spireWorkload)).toEqual(all('refused'));
  });

  it('both ways by https_spiffe, each side’s workload accepts the other’s SVIDs', async () => {
    const printed = await runFromDocument('federate');
    expect(printed).toContain(`to be fetched every ${REFRESH_HINT_SECONDS} s`);
    await withFederation({ federatesWith: `spiffe://${OURS}` });
    await expect.poll(() => authoritiesOf(spireWorkload, OURS), WAIT).toBe(1);
    await expect.poll(() => authoritiesOf(ourWorkload, SPIRE), WAIT).toBe(1);
    await expect.poll(() => tokenKeysOf(spireWorkload, OURS), WAIT).toBe(1);
    await expect.poll(() => tokenKeysOf(ourWorkload, SPIRE), WAIT).toBe(1);
    expect(await outcomes(ourWorkload, spireWorkload)).toEqual(all('accepted'));
    expect(await operator('list')).toContain(`${SPIRE}\n  endpoint  ${endpoints.spire}`);
  });

  it('a third trust domain is refused by both', async () => {
    expect(await outcomes(thirdWorkload, spireWorkload)).toEqual(all('refused'));
    expect(await outcomes(thirdWorkload, ourWorkload)).toEqual(all('refused'));
  });

  it('goes on over a rotation of our CA and token keys, by what our endpoint publishes ahead', async () => {
    const before = { serial: ourWorkload.x509.svid().serial, bundle: spireWorkload.x509.bundles().get(OURS) };
    const rotate = (step: string) => unixOrder(ours.adminSocket, 'POST', '/admin/authority/rotate', { step });
    await rotate('prepare');
    await spireRefreshes();
    await expect.poll(() => authoritiesOf(spireWorkload, OURS), WAIT).toBe(2);
    await expect.poll(() => tokenKeysOf(spireWorkload, OURS), WAIT).toBe(2);
    // SPIRE was told, our own sidecar polls: one that a new key surprises can't reach the issuer any more.
    await expect.poll(() => authoritiesOf(ourWorkload, OURS), WAIT).toBe(2);
    await expect.poll(() => tokenKeysOf(ourWorkload, OURS), WAIT).toBe(2);
    await rotate('activate');
    await rotate('taint');
    const isNew = () =>
      !ourWorkload.isVerifiedBy(before.bundle) && ourWorkload.x509.svid().serial !== before.serial;
    await expect.poll(isNew, WAIT).toBe(true);
    expect(await outcomes(ourWorkload, spireWorkload)).toEqual(all('accepted'));
    await rotate('revoke');
    // SPIRE asks us by an SVID of the new authority: it knows no other any more after this.
    await spireRefreshes();
    await expect.poll(() => authoritiesOf(spireWorkload, OURS), WAIT).toBe(1);
    await expect.poll(() => tokenKeysOf(spireWorkload, OURS), WAIT).toBe(1);
    expect(await outcomes(ourWorkload, spireWorkload)).toEqual(all('accepted'));
    await spireRefreshes();
  }, 300_000);

  it('goes on over a rotation of SPIRE’s CA and token keys, which our issuer follows by itself', async () => {
    const before = ourWorkload.x509.bundles().get(SPIRE);
    const authority = async (kind: 'x509' | 'jwt') =>
      JSON.parse(await spire.order(['localauthority', kind, 'show'], { output: 'json' }));
    for (const kind of ['x509', 'jwt'] as const) await spire.order(['localauthority', kind, 'prepare']);
    await expect.poll(() => authoritiesOf(ourWorkload, SPIRE), WAIT).toBe(2);
    await expect.poll(() => tokenKeysOf(ourWorkload, SPIRE), WAIT).toBe(2);
    const old: [kind: 'x509' | 'jwt', authorityID: string][] = [];
    for (const kind of ['x509', 'jwt'] as const) {
      const { active, prepared } = await authority(kind);
      await spire.order(['localauthority', kind, 'activate'], { authorityID: prepared.authority_id });
      await spire.order(['localauthority', kind, 'taint'], { authorityID: active.authority_id });
      old.push([kind, active.authority_id]);
    }
    await expect.poll(() => spireWorkload.isVerifiedBy(before), WAIT).toBe(false);
    // SPIRE's agent drops what is tainted before it has the next: for a moment its workload may hold nothing.
    await expect.poll(() => outcomes(ourWorkload, spireWorkload), WAIT).toEqual(all('accepted'));
    for (const [kind, authorityID] of old) {
      await spire.order(['localauthority', kind, 'revoke'], { authorityID });
    }
    await expect.poll(() => authoritiesOf(ourWorkload, SPIRE), WAIT).toBe(1);
    await expect.poll(() => tokenKeysOf(ourWorkload, SPIRE), WAIT).toBe(1);
    await expect.poll(() => outcomes(ourWorkload, spireWorkload), WAIT).toEqual(all('accepted'));
    expect(await operator('refresh', SPIRE)).not.toContain('failing');
  }, 300_000);

  it('after it was removed, each side refuses the other again', async () => {
    expect(await runFromDocument('stop')).toContain('believed no longer');
    await expect.poll(() => authoritiesOf(ourWorkload, SPIRE), WAIT).toBe(0);
    await expect.poll(() => authoritiesOf(spireWorkload, OURS), WAIT).toBe(0);
    await expect.poll(() => tokenKeysOf(ourWorkload, SPIRE), WAIT).toBe(0);
    await expect.poll(() => tokenKeysOf(spireWorkload, OURS), WAIT).toBe(0);
    expect(await outcomes(ourWorkload, spireWorkload)).toEqual(all('refused'));
  });
});

describe.skipIf(programs === undefined)('federation by https_web', () => {
  it('each side fetches the other’s bundle by a CA of the web, and by no other', async () => {
    if (programs === undefined) return;
    await using opened = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'federation-web-'));
    opened.defer(() => rm(folder, { recursive: true }));
    const { certificatePem, privateKeyPem } = await createServerCertificate();
    const certificate = { certificateFile: join(folder, 'web.pem'), keyFile: join(folder, 'web.key') };
    await writeFile(certificate.certificateFile, certificatePem);
    await writeFile(certificate.keyFile, privateKeyPem);
    const [spirePort, ourPort] = [await freePort(), await freePort()];
    const spire = await startSpire(programs, {
      bundleEndpoint: { port: spirePort, certificate, refreshHintSeconds: REFRESH_HINT_SECONDS },
      webAuthoritiesFile: certificate.certificateFile,
    });
    opened.defer(() => spire.stop());
    const ours = await startTrustDomain(OURS, {
      BUNDLE_ENDPOINT_PORT: String(ourPort),
      BUNDLE_ENDPOINT_PROFILE: 'https_web',
      WEB_CERTIFICATE_FILE: certificate.certificateFile,
      WEB_KEY_FILE: certificate.keyFile,
    });
    opened.defer(() => ours.stop());

    const web = ['--url', `https://127.0.0.1:${spirePort}/`, '--profile', 'https_web'];
    const socket = ['--admin-socket', ours.adminSocket];
    // The control: the usual CAs of the web have not signed it.
    const unknownCa = blastradius('add', SPIRE, ...web, ...socket);
    await expect(unknownCa).rejects.toMatchObject({ code: 1 });
    await expect(unknownCa).rejects.toThrow(/federation.endpoint-untrusted/);
    const added = await blastradius('add', SPIRE, ...web, '--web-ca', certificate.certificateFile, ...socket);
    expect(added).toContain('authorities: 1 x509, 1 jwt');
    expect(JSON.parse(await blastradius('bundle', SPIRE, ...socket))).toMatchObject({
      keys: expect.any(Array),
    });

    await spire.order(['federation', 'create'], {
      trustDomain: OURS,
      bundleEndpointURL: `https://127.0.0.1:${ourPort}/`,
      bundleEndpointProfile: 'https_web',
    });
    await spire.order(['federation', 'refresh'], { id: OURS });
    const x5c = (document: string) =>
      JSON.parse(document).keys.flatMap((key: { x5c?: string[] }) => key.x5c ?? []);
    const fetched = x5c(await spire.order(['bundle', 'list'], { id: OURS, format: 'spiffe' }));
    expect(fetched).toHaveLength(1);
    expect(fetched).toEqual(x5c(await blastradius('bundle', ...socket)));
  }, 240_000);
});
