import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { issuance, type TrustBundleDocument } from '@blastradius/contracts';
import { verifyX509Svid, X509BundleSet } from '@blastradius/spiffe';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { backUp, dumpCommand, type Restore, restoreCommand } from './back-up.ts';
import { csrFor, type SidecarClient } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

const policy = { id: 'p', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/workload' };
const spiffeId = `spiffe://${trustDomain}/workload`;

let postgres: Postgres;
let environment: Record<string, string>;
let restore: Restore;
let restored = 0;
const running: TestIssuer[] = [];
/** What a sidecar of the issuer that was lost still holds. */
let held: Awaited<ReturnType<TestIssuer['admitSidecar']>>;
let svid: Uint8Array[];
let usedToken: string;
let newestKnown: TrustBundleDocument;

const start = async (changes: Record<string, string>) => {
  const issuer = await startTestIssuer({ ...environment, ...changes });
  running.push(issuer);
  return issuer;
};
const startRestored = async (changes: Record<string, string> = {}) => {
  restored += 1;
  return start({ DATABASE_URL: await restore(`restored${restored}`), ...changes });
};
const bundleOf = async (client: SidecarClient): Promise<TrustBundleDocument> =>
  issuance.trustBundle.parse((await client.get('/v1/bundle')).body);

beforeAll(async () => {
  postgres = await startPostgres();
  environment = await newEnvironment(postgres, { AUTHORITY_ACTIVATION_DELAY_SECONDS: '60' });
  const lost = await startTestIssuer(environment);
  await lost.admin('PUT', '/admin/policies', { policies: [policy] });
  usedToken = (await lost.mintJoinToken('once')).joinToken;
  const { csr } = await csrFor(spiffeId);
  held = await lost.admitSidecar('range');
  await lost.client(held.authorities).post('/v1/attest/join-token', { joinToken: usedToken, csr });
  const name = new URL(environment['DATABASE_URL'] ?? '').pathname.slice(1);
  restore = await backUp(postgres, name);

  // Life goes on after the backup: an SVID is issued, and an authority published that the backup lacks.
  const issued = await held.client.post('/v1/x509-svids', {
    selectors: ['x'],
    requests: [{ spiffeId, csr }],
  });
  const document = issuance.x509SvidDocument.parse(issuance.x509SvidsAnswer.parse(issued.body).results[0]);
  svid = document.certificateChain.map((der) => Buffer.from(der, 'base64'));
  await lost.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
  newestKnown = await bundleOf(held.client);
  await lost.close();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((issuer) => issuer.close()));
});
afterAll(async () => {
  await postgres.stop();
  removeEnvironment(environment);
});

it('goes on from its backup with the same authorities, policies and sidecars, and takes no used token', async () => {
  const issuer = await startRestored();
  const sidecar = issuer.client(held.authorities, held.identity);
  expect((await bundleOf(sidecar)).x509Authorities).toEqual(held.authorities);
  const { csr } = await csrFor(spiffeId);
  const answer = await sidecar.post('/v1/x509-svids', { selectors: ['x'], requests: [{ spiffeId, csr }] });
  expect(issuance.x509SvidsAnswer.parse(answer.body).results[0]).toHaveProperty('certificateChain');
  const again = await issuer
    .client(held.authorities)
    .post('/v1/attest/join-token', { joinToken: usedToken, csr });
  expect(again.status).toBe(401);
});

it('vouches for what it issued after the backup, as long as it signed with an authority of the backup', async () => {
  const issuer = await startRestored();
  const { x509Authorities } = await bundleOf(issuer.client(held.authorities, held.identity));
  const authorities = x509Authorities.map((der) => Buffer.from(der, 'base64'));
  const bundles = new X509BundleSet([{ trustDomain, authorities }]);
  expect(String(verifyX509Svid(svid, bundles, new Date()).spiffeId)).toBe(spiffeId);
});

it('numbers its next bundle above all that its sidecars have seen, those from after the backup too', async () => {
  const issuer = await startRestored();
  const sidecar = issuer.client(held.authorities, held.identity);
  expect((await bundleOf(sidecar)).sequence).toBeLessThan(newestKnown.sequence);
  await delay(1100);
  await issuer.admin('POST', '/admin/authority/rotate', { step: 'prepare' });
  expect((await bundleOf(sidecar)).sequence).toBeGreaterThan(newestKnown.sequence);
});

it('does not start from its backup with another key-encryption key, and says so', async () => {
  const other = { KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64') };
  await expect(startRestored(other)).rejects.toMatchObject({ code: 'authority.key-encryption-key-wrong' });
});

it('is backed up here by the commands that operations.md gives', () => {
  const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');
  for (const command of [dumpCommand, restoreCommand]) {
    expect(text).toContain(command('issuer').join(' '));
  }
});
