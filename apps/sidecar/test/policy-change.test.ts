import { randomBytes } from 'node:crypto';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom, systemClock } from '@blastradius/kernel';
import { createWorkloadApiClient } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSidecar } from '../src/sidecar.ts';
import { TRUST_DOMAIN } from './in-test-issuer.ts';
import { type IssuerProcess, issuerEnvironment, startIssuerProcess } from './issuer-process.ts';

let postgres: Postgres;
let issuer: IssuerProcess;
let socketPath: string;
const closers: (() => unknown)[] = [];

// What a sidecar learns by asking again it would learn in an hour here, and the bundle's poll comes too late.
beforeAll(async () => {
  postgres = await startPostgres();
  issuer = await startIssuerProcess({
    ...(await issuerEnvironment(postgres)),
    X509_SVID_TTL_SECONDS: '3600',
    AUTHORITY_TTL_SECONDS: '86400',
    BUNDLE_REFRESH_HINT_SECONDS: '300',
  });
  closers.push(() => issuer.kill());
  const { joinToken, bootstrapBundle } = await issuer.mintJoinToken('range');
  socketPath = join(await mkdtemp(join(tmpdir(), 'pc-')), 'api.sock');
  const sidecar = await startSidecar({
    config: {
      issuerUrls: [issuer.url],
      trustDomain: TRUST_DOMAIN,
      admission: { joinToken: { value: joinToken }, bootstrapBundle: { value: bootstrapBundle } },
      workloadApiSocket: socketPath,
      witSvids: 'off',
      egress: undefined,
      fileOutputs: [],
    },
    clock: systemClock,
    random: createRandom(randomBytes(8).toString('hex')),
    logger: { debug: () => {}, info: () => {}, warn: () => {} },
    onEnd: () => {},
  });
  closers.push(() => sidecar.close());
});
afterAll(async () => {
  for (const close of closers.reverse()) await close();
  await postgres?.stop();
});

const apply = (...names: string[]) =>
  issuer.order('PUT', '/admin/policies', {
    policies: names.map((name) => ({
      id: name,
      selectors: [`unix:uid:${process.getuid?.()}`],
      spiffeId: `spiffe://{{trustDomain}}/late/${name}/{{unix.uid}}`,
      claims: { owner: 'uid {{unix.uid}}' },
    })),
  });
const idOf = (name: string) => `spiffe://${TRUST_DOMAIN}/late/${name}/${process.getuid?.()}`;

async function within(ms: number, name: string, happens: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  await happens();
  const tookMs = performance.now() - startedAt;
  process.stdout.write(`${name}: ${Math.round(tookMs)} ms\n`);
  expect(tookMs).toBeLessThan(ms);
}

test('a new entry is usable at once by who was refused, and comes by itself to who has an open stream', async () => {
  const client = createWorkloadApiClient({ socketPath });
  const fetchOnce = () =>
    client.fetchX509Context().then(
      ({ svids }) => svids.map(({ spiffeId }) => spiffeId.toString()),
      ({ code }) => [code],
    );
  const fetchToken = () =>
    client.fetchJwtSvid({ audience: 'a' }).then(
      ({ spiffeId, claims }) => [spiffeId.toString(), claims['owner']],
      ({ code }) => [code],
    );
  const refusal = ['workload-api.permission-denied'];
  expect([await fetchOnce(), await fetchToken()]).toEqual([refusal, refusal]);

  await apply('one');
  const uid = process.getuid?.();
  await within(2000, 'an X509-SVID for who was refused and asks again', () =>
    expect.poll(fetchOnce, { interval: 20, timeout: 5000 }).toEqual([idOf('one')]),
  );
  expect(await fetchToken()).toEqual([idOf('one'), `uid ${uid}`]);

  const pushed: string[][] = [];
  const stop = client.watchX509Context({
    onUpdate: ({ svids }) => pushed.push(svids.map(({ spiffeId }) => spiffeId.toString())),
    onError: () => {},
  });
  closers.push(stop);
  await expect.poll(() => pushed.at(-1)).toEqual([idOf('one')]);
  await apply('one', 'two');
  await within(3000, 'a further SVID on an open stream', () =>
    expect.poll(() => pushed.at(-1), { interval: 20, timeout: 5000 }).toEqual([idOf('one'), idOf('two')]),
  );
  await apply('two');
  await within(3000, 'the withdrawal of one on an open stream', () =>
    expect.poll(() => pushed.at(-1), { interval: 20, timeout: 5000 }).toEqual([idOf('two')]),
  );
});
