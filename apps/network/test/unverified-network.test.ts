import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openCaller } from './open-caller.ts';
import { startNetworkProcess } from './start-network-process.ts';
import { networkEnvironment } from './start-test-network.ts';
import {
  type IssuedSvid,
  issueSvid,
  rogueAuthority,
  startTrustDomain,
  type TrustDomain,
} from './start-trust-domain.ts';

let postgres: Postgres;
let trustDomain: TrustDomain;
let folder: string;
let env: Record<string, string>;

beforeAll(async () => {
  postgres = await startPostgres();
  trustDomain = await startTrustDomain();
  folder = mkdtempSync(join(tmpdir(), 'network-'));
  env = networkEnvironment(folder, {
    ARM: 'x509-svid',
    DATABASE_URL: await postgres.createDatabase('network'),
    SPIFFE_ENDPOINT_SOCKET: trustDomain.endpoint,
  });
});
afterAll(async () => {
  await trustDomain.close();
  await postgres.stop();
  rmSync(folder, { recursive: true });
});

/** What a thief with a certificate of his own making gets, from this entry of the network. */
async function outcomes(entry: string) {
  const network = await startNetworkProcess(env, entry);
  const statusWith = async (svid: IssuedSvid) => {
    const caller = openCaller({ port: network.port, ca: trustDomain.authorityPem, ...svid });
    const { status } = await caller.post('/v1/agents/register', { name: 'Victim', description: '' });
    const me = await caller.get('/v1/agents/me');
    caller.close();
    return [status, me.status];
  };
  const honest = await statusWith(await trustDomain.issue('/agent/Victim'));
  const rogue = await statusWith(await issueSvid('/agent/Victim', { authority: await rogueAuthority() }));
  const past = { notBefore: new Date(Date.now() - 60_000), lifetimeMs: -30_000 };
  const expired = await statusWith(await trustDomain.issue('/agent/Victim', past));
  expect(await network.stop()).toBe(0);
  return { honest, rogue, expired };
}

test('a network that does not verify falls to a forged and to an expired certificate; the real one does not', async () => {
  expect(await outcomes('../dist/main.js')).toEqual({
    honest: [201, 200],
    rogue: [401, 401],
    expired: [401, 401],
  });
  expect(await outcomes('./unverified-network.mjs')).toEqual({
    honest: [409, 200],
    rogue: [409, 200],
    expired: [409, 200],
  });
});
