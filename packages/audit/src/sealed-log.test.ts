import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AuditLogUnwritable } from './audit.errors.ts';
import { type LogFile, openLogFile } from './log-file.ts';
import { SealedLog } from './sealed-log.ts';
import { verifyAuditLog } from './verify-audit-log.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sealed-'));
  path = join(folder, 'audit.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const event = (n: number) => JSON.stringify({ n, text: 'ü"\u2028}' });
const events = (count: number) => Array.from({ length: count }, (_, n) => event(n));
const lines = () => readFileSync(path, 'utf8').split('\n').slice(0, -1);

/** A real file whose disk can be full, and whose syncs can fail. */
function faultyFile() {
  const file = openLogFile(path);
  const faults = { roomBytes: Number.POSITIVE_INFINITY, syncs: 0, canSync: true, canCut: true };
  const checked = () => {
    faults.syncs += 1;
    if (!faults.canSync) throw new Error('EIO: i/o error, fdatasync');
  };
  const faulty: LogFile = {
    ...file,
    writeAt: (bytes, offsetBytes) => {
      const room = Math.max(0, faults.roomBytes - offsetBytes);
      file.writeAt(bytes.subarray(0, room), offsetBytes);
      if (room < bytes.length) throw new Error('ENOSPC: no space left on device, write');
    },
    cutAt: (offsetBytes) => {
      if (!faults.canCut) throw new Error('EIO: i/o error, ftruncate');
      file.cutAt(offsetBytes);
    },
    sync: async () => {
      checked();
      await setImmediate();
    },
    syncNow: () => checked(),
  };
  return { faults, log: new SealedLog(faulty) };
}

describe('a sealed log', () => {
  test('goes on with its chain when it is opened again, and cuts off a torn line', () => {
    const first = new SealedLog(openLogFile(path));
    first.appendAll(events(3));
    first.close();
    writeFileSync(path, '{"n":3,"te', { flag: 'a' });
    const second = new SealedLog(openLogFile(path));
    second.appendAll([event(3)]);
    second.close();
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 4, tornBytes: 0 });
    expect(lines().map((line) => JSON.parse(line).n)).toEqual([0, 1, 2, 3]);
  });

  test('syncs once for all who wait, and again for who came while a sync was under way', async () => {
    const { log, faults } = faultyFile();
    faults.syncs = 0;
    log.appendAll([event(0)]);
    const early = [log.durable(), log.durable()];
    log.appendAll([event(1)]);
    const late = [log.durable(), log.durable(), log.durable()];
    await Promise.all(early);
    expect(log.durableHead.sequence).toBe(1);
    await Promise.all(late);
    expect(log.durableHead.sequence).toBe(2);
    expect(faults.syncs).toBe(2);
    await log.durable();
    expect(faults.syncs).toBe(2);
  });
});

describe('where the disk is full a sealed log', () => {
  test('writes nothing of what does not fit, says so, and goes on by itself when there is room', () => {
    const { log, faults } = faultyFile();
    log.appendAll(events(2));
    faults.roomBytes = readFileSync(path).length + 100;
    expect(() => log.appendAll(events(2))).toThrow(AuditLogUnwritable);
    expect(log.isWritable()).toBe(false);
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 2, tornBytes: 0 });
    faults.roomBytes = Number.POSITIVE_INFINITY;
    expect(log.isWritable()).toBe(true);
    log.appendAll(events(1));
    expect(log.head.sequence).toBe(3);
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 3, tornBytes: 0 });
  });

  test('cuts off before its next record what it could not cut off at once', () => {
    const { log, faults } = faultyFile();
    log.appendAll(events(2));
    Object.assign(faults, { roomBytes: readFileSync(path).length + 100, canCut: false });
    expect(() => log.appendAll(events(2))).toThrow(AuditLogUnwritable);
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 2, tornBytes: 100 });
    expect(() => log.appendAll(['{"short":1}'])).toThrow(AuditLogUnwritable);
    Object.assign(faults, { roomBytes: Number.POSITIVE_INFINITY, canCut: true });
    log.appendAll(['{"short":1}']);
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 3, tornBytes: 0 });
  });
});

describe('where a sync fails a sealed log', () => {
  test('tells everyone who waited, and writes anew what the kernel may have dropped', async () => {
    const { log, faults } = faultyFile();
    log.appendAll([event(0)]);
    await log.durable();
    log.appendAll(events(2));
    faults.canSync = false;
    const waiting = await Promise.allSettled([log.durable(), log.durable()]);
    expect(waiting.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(() => log.appendAll([event(9)])).toThrow(AuditLogUnwritable);
    expect(log.isWritable()).toBe(false);
    // What a kernel does with pages that it could not write.
    writeFileSync(path, `${lines()[0]}\ngarbage`);
    faults.canSync = true;
    await log.durable();
    expect(log.durableHead.sequence).toBe(3);
    log.appendAll([event(3)]);
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 4, tornBytes: 0 });
  });
});
