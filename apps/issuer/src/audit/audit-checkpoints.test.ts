import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isGenuine, type SignedCheckpoint } from '@blastradius/audit';
import type { IssuerRecord } from '@blastradius/ledger';
import { type FakeClock, fakeClock } from '@blastradius/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AuditCheckpoints } from './audit-checkpoints.ts';
import { AuditStore, type StoredAuditKey } from './audit-store.ts';
import { type IssuerAuditLog, openIssuerAuditLog } from './issuer-audit-log.ts';
import { tellLostRecords } from './tell-lost-records.ts';

/** What PostgreSQL keeps, and may be away. */
class StoreInMemory extends AuditStore {
  readonly kept: SignedCheckpoint[] = [];
  isAway = false;
  keys = async () => [];
  keepFirstKey = async (key: StoredAuditKey) => key;
  newestCheckpoints = async () => this.kept.slice(-1);
  checkpointsOf = async () => this.kept;
  async addCheckpoint(checkpoint: SignedCheckpoint): Promise<void> {
    if (this.isAway) throw new Error('the database is away');
    this.kept.push(checkpoint);
  }
}

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const keys = [publicKey.export({ type: 'spki', format: 'der' }).toString('base64')];
const act: IssuerRecord = {
  ledger: 'issuer',
  atMs: 0,
  event: 'policies-replaced',
  kind: 'x509',
  spiffeId: null,
  serial: null,
  policyId: null,
  reason: 'ordered',
};

let folder: string;
let log: IssuerAuditLog;
let store: StoreInMemory;
let clock: FakeClock;
let checkpoints: AuditCheckpoints;
const write = async (records: number) => {
  log.appendAll(Array.from({ length: records }, () => act));
  await log.durable();
};
const beside = (): SignedCheckpoint[] =>
  readFileSync(join(folder, 'checkpoints'), 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoints-'));
  log = openIssuerAuditLog(join(folder, 'issuer.jsonl'), 'moltbook.test');
  store = new StoreInMemory();
  clock = fakeClock();
  const file = join(folder, 'checkpoints');
  const often = { everySeconds: 10, everyRecords: 100 };
  checkpoints = new AuditCheckpoints({ log, file, store, key: privateKey, clock, ...often });
});
afterEach(() => {
  log.close();
  rmSync(folder, { recursive: true });
});

describe('a checkpoint', () => {
  test('is signed when it is time and something was written, or after many records', async () => {
    await checkpoints.writeDue();
    expect(store.kept).toEqual([]);
    await write(1);
    await checkpoints.writeDue();
    await write(1);
    await checkpoints.writeDue();
    expect(store.kept.map(({ sequence }) => sequence)).toEqual([1]);
    await write(100);
    await checkpoints.writeDue();
    await write(1);
    await checkpoints.writeDue();
    expect(store.kept.map(({ sequence }) => sequence)).toEqual([1, 102]);
    clock.advance(10_000);
    await checkpoints.writeDue();
    clock.advance(10_000);
    await checkpoints.writeDue();
    expect(store.kept.map(({ sequence }) => sequence)).toEqual([1, 102, 103]);
    expect(store.kept.every((one) => isGenuine(one, keys) && one.log === log.source)).toBe(true);
    expect(beside()).toEqual(store.kept);
  });

  test('waits for the database beside the log, in order, and is signed on time though the clock was set back', async () => {
    store.isAway = true;
    for (const elapsedMs of [0, -3_600_000]) {
      await write(1);
      clock.advance(elapsedMs);
      await expect(checkpoints.writeDue()).rejects.toThrow('away');
    }
    expect(beside().map(({ sequence }) => sequence)).toEqual([1, 2]);
    store.isAway = false;
    await checkpoints.writeDue();
    expect(store.kept).toEqual(beside());
  });

  test('tells of records that the log has lost', async () => {
    await write(3);
    await checkpoints.write();
    const told: object[] = [];
    const logger = { error: (fields: object) => void told.push(fields) };
    await tellLostRecords(log, store, logger);
    expect(told).toEqual([]);
    const older = { source: log.source, durableHead: { sequence: 2, hash: '' } };
    await tellLostRecords(older, store, logger);
    expect(told).toMatchObject([{ records: 2, checkpoint: 3 }]);
  });
});
