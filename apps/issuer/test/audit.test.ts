import { readFileSync, writeFileSync } from 'node:fs';
import { type SignedCheckpoint, verifyAuditLog } from '@blastradius/audit';
import { auditAdministration, issuance } from '@blastradius/contracts';
import { type Postgres, startPostgres } from '@blastradius/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csrFor } from './sidecar-client.ts';
import {
  newEnvironment,
  removeEnvironment,
  startTestIssuer,
  type TestIssuer,
  trustDomain,
} from './test-issuer.ts';

let postgres: Postgres;
let environment: Record<string, string>;
const running: TestIssuer[] = [];
const start = async (changes: Record<string, string> = {}) => {
  const issuer = await startTestIssuer({ ...environment, ...changes });
  running.push(issuer);
  return issuer;
};
const stop = async (issuer: TestIssuer) => {
  running.splice(running.indexOf(issuer), 1);
  await issuer.close();
};

beforeAll(async () => {
  postgres = await startPostgres();
});
beforeEach(async () => {
  environment = await newEnvironment(postgres, { AUDIT_CHECKPOINT_SECONDS: '0.5' });
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((issuer) => issuer.close()));
  removeEnvironment(environment);
});
afterAll(() => postgres.stop());

const keysOf = async (issuer: TestIssuer) =>
  auditAdministration.auditKeysAnswer
    .parse((await issuer.admin('GET', '/admin/audit/keys')).body)
    .keys.map(({ publicKey }) => publicKey);
const storedCheckpoints = async (issuer: TestIssuer, log?: string) => {
  const query = log === undefined ? '' : `?log=${encodeURIComponent(log)}`;
  const { body } = await issuer.admin('GET', `/admin/audit/checkpoints${query}`);
  return auditAdministration.checkpointsAnswer.parse(body).checkpoints;
};
const besideLog = (file: string): SignedCheckpoint[] =>
  readFileSync(`${file}.checkpoints`, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('an issuer’s audit log', () => {
  it('is pinned by checkpoints beside it and in the database, all of it when the issuer has ended', async () => {
    const issuer = await start();
    await issuer.admitSidecar('range');
    const keys = await keysOf(issuer);
    await expect.poll(async () => (await storedCheckpoints(issuer)).length, { timeout: 10_000 }).toBe(1);
    await stop(issuer);
    const again = await start({ ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` });
    const log = besideLog(issuer.ledgerFile)[0]?.log;
    for (const checkpoints of [besideLog(issuer.ledgerFile), await storedCheckpoints(again, log)]) {
      const verdict = verifyAuditLog(issuer.ledgerFile, { checkpoints, keys });
      expect(verdict).toMatchObject({ intact: true, vouchedFor: checkpoints.at(-1)?.sequence });
      expect(verdict).toMatchObject({ records: checkpoints.at(-1)?.sequence });
    }
  });

  it('goes on with its chain and its key in the next run', async () => {
    const first = await start();
    const keys = await keysOf(first);
    await first.admitSidecar('one');
    await stop(first);
    const second = await start();
    await second.admitSidecar('two');
    expect(await keysOf(second)).toEqual(keys);
    await stop(second);
    const verdict = verifyAuditLog(second.ledgerFile, { checkpoints: besideLog(second.ledgerFile), keys });
    expect(verdict).toMatchObject({ intact: true });
    expect(
      second.ledger().filter((record) => 'event' in record && record.event === 'node-attested'),
    ).toHaveLength(2);
  });

  it('is each issuer’s own, and both sign with the trust domain’s one key', async () => {
    const [one, two] = await Promise.all([
      start(),
      start({ ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` }),
    ]);
    expect(await keysOf(one)).toHaveLength(1);
    expect(await keysOf(one)).toEqual(await keysOf(two));
    await expect
      .poll(async () => new Set((await storedCheckpoints(one)).map(({ log }) => log)).size, {
        timeout: 10_000,
      })
      .toBe(2);
  });

  it('shows an older copy in its place, by the checkpoints in the database', async () => {
    const issuer = await start();
    const older = readFileSync(issuer.ledgerFile);
    await issuer.admitSidecar('range');
    const keys = await keysOf(issuer);
    await stop(issuer);
    const again = await start({ ADMIN_SOCKET: `${environment['ADMIN_SOCKET']}2` });
    const checkpoints = await storedCheckpoints(again, besideLog(issuer.ledgerFile)[0]?.log);
    writeFileSync(issuer.ledgerFile, older);
    expect(verifyAuditLog(issuer.ledgerFile)).toMatchObject({ intact: true });
    expect(verifyAuditLog(issuer.ledgerFile, { checkpoints, keys })).toMatchObject({
      defect: 'truncated',
      sequence: older.toString().trimEnd().split('\n').length + 1,
    });
  });
});

describe('the audit keys', () => {
  it('are published to anyone, by the name that people compare', async () => {
    const issuer = await start();
    const { authorities } = await issuer.mintJoinToken();
    const answer = await issuer.client(authorities).get('/v1/audit-keys');
    const { keys } = auditAdministration.auditKeysAnswer.parse(answer.body);
    expect(keys.map(({ publicKey }) => publicKey)).toEqual(await keysOf(issuer));
    expect(keys[0]?.keyId).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('an answer', () => {
  it('leaves when its record is on the disk, many records in one sync', async () => {
    const issuer = await start();
    const { client } = await issuer.admitSidecar('range');
    const policy = { id: 'agents', selectors: ['x'], spiffeId: 'spiffe://{trustDomain}/agent/ada' };
    await issuer.admin('PUT', '/admin/policies', { policies: [policy] });
    const spiffeId = `spiffe://${trustDomain}/agent/ada`;
    const { csr } = await csrFor(spiffeId);
    const requests = Array.from({ length: 20 }, () => ({ spiffeId, csr }));
    const { body } = await client.post('/v1/x509-svids', { selectors: ['x'], requests });
    expect(issuance.x509SvidsAnswer.parse(body).results).toHaveLength(20);
    const written = issuer
      .ledger()
      .filter((record) => record.ledger === 'issuer' && record.spiffeId === spiffeId);
    expect(written).toHaveLength(20);
  });
});
