import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, systemClock } from '@blastradius/kernel';
import { authorityKeyIdOf, createX509Source, type X509Source } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { startSidecar } from '../src/sidecar.ts';
import { TRUST_DOMAIN } from './in-test-issuer.ts';
import { type IssuerProcess, issuerEnvironment, startIssuerProcess } from './issuer-process.ts';

const policy = {
  id: 'agents',
  nodes: ['host-1'],
  selectors: [`unix:uid:${process.getuid?.()}`],
  spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
  instances: ['a', 'b'],
};
const silent = { debug: () => {}, info: () => {}, warn: () => {} };

let postgres: Postgres;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  postgres = await startPostgres();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});
afterAll(() => postgres?.stop());

async function startTwo(): Promise<[IssuerProcess, IssuerProcess]> {
  const shared = await issuerEnvironment(postgres);
  const issuers = await Promise.all([startIssuerProcess(shared), startIssuerProcess(shared)]);
  closers.push(() => Promise.all(issuers.map((issuer) => issuer.kill())));
  await issuers[0].order('PUT', '/admin/policies', { policies: [policy] });
  return issuers;
}

async function startHost(issuers: readonly IssuerProcess[], ended: unknown[] = []): Promise<X509Source> {
  const [first] = issuers;
  if (first === undefined) throw new TypeError('no issuer');
  const { joinToken, bootstrapBundle } = await first.mintJoinToken('host-1');
  const workloadApiSocket = join(await mkdtemp(join(tmpdir(), 'ti-')), 'api.sock');
  const sidecar = await startSidecar({
    config: {
      issuerUrls: issuers.map(({ url }) => url),
      trustDomain: TRUST_DOMAIN,
      admission: { joinToken: { value: joinToken }, bootstrapBundle: { value: bootstrapBundle } },
      workloadApiSocket,
      witSvids: 'on',
      egress: undefined,
      fileOutputs: [],
    },
    clock: systemClock,
    random: createRandom('test'),
    logger: silent,
    onEnd: (error) => ended.push(error),
  });
  closers.push(() => sidecar.close());
  const source = await createX509Source({ socketPath: workloadApiSocket, timeoutMs: 20_000 });
  closers.push(() => source.close());
  return source;
}

const signersOf = (source: X509Source) => [
  ...new Set(source.svids().map(({ certificates }) => authorityKeyIdOf(certificates[0] ?? new Uint8Array()))),
];

it('a sidecar goes on with the other issuer when the one it used is killed', async () => {
  const [one, two] = await startTwo();
  const ended: unknown[] = [];
  const source = await startHost([one, two], ended);
  const { serial } = source.svid();
  let withdrawn = 0;
  source.onUpdate(() => {
    if (source.svids().length < 2) withdrawn += 1;
  });
  await one.kill();
  // Two lifetimes: everything that is held by then, the sidecar's own SVID too, comes from the other.
  await new Promise((resolve) => setTimeout(resolve, 12_000));
  expect(source.svid().serial).not.toBe(serial);
  expect(source.svids()).toHaveLength(2);
  expect(withdrawn).toBe(0);
  expect(ended).toEqual([]);
});

it('a rotation that is forced at one issuer replaces what the other has issued', async () => {
  const [one, two] = await startTwo();
  const source = await startHost([one, two]);
  const before = signersOf(source);
  expect(before).toHaveLength(1);
  await two.order('POST', '/admin/authority/rotate', { step: 'forced', publishSeconds: 1 });
  await expect.poll(() => signersOf(source), { timeout: 15_000 }).not.toContain(before[0]);
  expect(signersOf(source)).toHaveLength(1);
});
