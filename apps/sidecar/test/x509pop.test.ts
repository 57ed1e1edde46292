import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createRandom } from '@blastradius/kernel';
import { createX509Source } from '@blastradius/spiffe';
import { freePort, NodeCa, type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Sidecar, startSidecar } from '../src/sidecar.ts';
import { TRUST_DOMAIN } from './in-test-issuer.ts';
import { issuerEnvironment, startIssuerProcess } from './issuer-process.ts';

const policy = {
  id: 'agents',
  nodes: ['rack-1'],
  selectors: [`unix:uid:${process.getuid?.()}`],
  spiffeId: 'spiffe://{trustDomain}/agent/a',
};
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let postgres: Postgres;
let ca: NodeCa;
let folder: string;
let files: { certificateFile: string; keyFile: string };
let shared: Record<string, string>;
/** How far the sidecar's clock is before everybody else's. */
let aheadMs = 0;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
  folder = await mkdtemp(join(tmpdir(), 'xp-'));
  files = { certificateFile: join(folder, 'node.pem'), keyFile: join(folder, 'node.key') };
  ca = await NodeCa.create();
  const { cert, key } = await ca.issue('rack-1');
  await writeFile(join(folder, 'ca.pem'), ca.pem);
  await writeFile(files.certificateFile, cert);
  await writeFile(files.keyFile, key, { mode: 0o600 });
  shared = {
    ...(await issuerEnvironment(postgres)),
    X509POP_CA_FILE: join(folder, 'ca.pem'),
    X509_SVID_TTL_SECONDS: '3',
    PORT: String(await freePort()),
  };
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(async () => {
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function startIssuer() {
  const issuer = await startIssuerProcess(shared);
  closers.push(() => issuer.kill());
  await issuer.order('PUT', '/admin/policies', { policies: [policy] });
  return issuer;
}

async function startNode(
  url: string,
  bootstrap: string,
  ended: unknown[],
): Promise<{ sidecar: Sidecar; socketPath: string }> {
  const socketPath = join(await mkdtemp(join(folder, 's-')), 'api.sock');
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [url],
      trustDomain: TRUST_DOMAIN,
      admission: { nodeCertificate: files, bootstrapBundle: { value: bootstrap } },
      workloadApiSocket: socketPath,
      witSvids: 'on',
      egress: undefined,
      fileOutputs: [],
    },
    clock: { now: () => new Date(Date.now() + aheadMs) },
    random: createRandom('test'),
    logger: silent,
    onEnd: (error) => ended.push(error),
  });
  closers.push(() => sidecar.close());
  return { sidecar, socketPath };
}

it('a sidecar with its node’s certificate is admitted as that node, and again by each start', async () => {
  const issuer = await startIssuer();
  const { bootstrapBundle } = await issuer.mintJoinToken('unused');
  for (let start = 0; start < 2; start++) {
    const { sidecar, socketPath } = await startNode(issuer.url, bootstrapBundle, []);
    const source = await createX509Source({ socketPath, timeoutMs: 20_000 });
    // The policy is bound to the node: it would have given nothing to another.
    expect(String(source.svid().spiffeId)).toBe(`spiffe://${TRUST_DOMAIN}/agent/a`);
    source.close();
    await sidecar.close();
  }
});

it('one whose SVID has ended while the issuer was away comes back by itself when the issuer does', async () => {
  const issuer = await startIssuer();
  const { bootstrapBundle } = await issuer.mintJoinToken('unused');
  const ended: unknown[] = [];
  const { sidecar, socketPath } = await startNode(issuer.url, bootstrapBundle, ended);
  const source = await createX509Source({ socketPath, timeoutMs: 20_000 });
  closers.push(() => source.close());
  await issuer.kill();
  await expect.poll(() => sidecar.isReady(), { timeout: 10_000 }).toBe(false);
  await startIssuer();
  await expect.poll(() => sidecar.isReady(), { timeout: 20_000 }).toBe(true);
  await expect.poll(() => source.svid().notAfter.getTime() > Date.now(), { timeout: 20_000 }).toBe(true);
  expect(ended).toEqual([]);
});

it('one whose clock is an hour ahead is not admitted anew at every tick, and is ready once it is right', async () => {
  const issuer = await startIssuer();
  const { bootstrapBundle } = await issuer.mintJoinToken('unused');
  const ended: unknown[] = [];
  const { sidecar } = await startNode(issuer.url, bootstrapBundle, ended);
  const admissions = async () =>
    (await readFile(issuer.ledgerFile, 'utf8')).split('"blastradius.node.attested.v1"').length;
  const before = await admissions();
  aheadMs = 3_600_000;
  await expect.poll(() => sidecar.isReady(), { timeout: 10_000 }).toBe(false);
  await wait(5000);
  const asked = (await admissions()) - before;
  expect(asked).toBeGreaterThan(1);
  // Twenty-five ticks have passed.
  expect(asked).toBeLessThan(15);
  aheadMs = 0;
  await expect.poll(() => sidecar.isReady(), { timeout: 10_000 }).toBe(true);
  expect(ended).toEqual([]);
});

it('one whose node’s certificate has ended waits, and joins when its operator has renewed it', async () => {
  const issuer = await startIssuer();
  const { bootstrapBundle } = await issuer.mintJoinToken('unused');
  const good = { cert: await readFile(files.certificateFile), key: await readFile(files.keyFile) };
  const ended = await ca.issue('rack-1', { notAfter: new Date(Date.now() - 1000) });
  await writeFile(files.certificateFile, ended.cert);
  await writeFile(files.keyFile, ended.key);
  let isUp = false;
  const starting = startNode(issuer.url, bootstrapBundle, []).then(({ sidecar }) => {
    isUp = true;
    return sidecar;
  });
  await wait(2000);
  expect(isUp).toBe(false);
  await writeFile(files.certificateFile, good.cert);
  await writeFile(files.keyFile, good.key);
  expect((await starting).isReady()).toBe(true);
});
