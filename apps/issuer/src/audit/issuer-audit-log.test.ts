import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { verifyAuditLog } from '@blastradius/audit';
import { type IssuerRecord, readLedgers } from '@blastradius/ledger';
import { CloudEvent } from 'cloudevents';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openIssuerAuditLog } from './issuer-audit-log.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'issuer-log-'));
  path = join(folder, 'issuer.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true }));

const act = (serial: string): IssuerRecord => ({
  ledger: 'issuer',
  atMs: Date.UTC(2026, 10, 24, 12),
  event: 'svid-issued',
  kind: 'x509',
  spiffeId: 'spiffe://moltbook.test/agent/ada',
  serial,
  policyId: 'agents',
  reason: 'policy',
});
const lines = () => readFileSync(path, 'utf8').trimEnd().split('\n');

describe('the issuer’s audit log', () => {
  test('holds a valid CloudEvent a line, the chain among its attributes', () => {
    const log = openIssuerAuditLog(path, 'moltbook.test');
    log.appendAll([act('a'), { ...act('b'), event: 'node-refused', spiffeId: null, serial: null }]);
    log.close();
    for (const line of lines()) {
      const event = new CloudEvent(JSON.parse(line));
      expect(event.validate()).toBe(true);
      expect(event.source).toBe(log.source);
      expect(event['hash']).toMatch(/^[0-9a-f]{64}$/);
    }
    expect(new Set(lines().map((line) => JSON.parse(line).id)).size).toBe(2);
  });

  test('goes on with its chain and its source in the next run, and is read as records', () => {
    const first = openIssuerAuditLog(path, 'moltbook.test');
    first.appendAll([act('a'), act('b')]);
    first.close();
    const second = openIssuerAuditLog(path, 'moltbook.test');
    second.appendAll([act('c')]);
    second.close();
    expect(second.source).toBe(first.source);
    expect(verifyAuditLog(path)).toMatchObject({ intact: true, records: 3 });
    expect(readLedgers(folder)).toEqual([act('a'), act('b'), act('c')]);
  });

  test('is written by one issuer at a time', () => {
    const first = openIssuerAuditLog(path, 'moltbook.test');
    expect(() => openIssuerAuditLog(path, 'moltbook.test')).toThrow(/another issuer/);
    first.close();
    openIssuerAuditLog(path, 'moltbook.test').close();
  });

  test('sets the plain records of an older release aside, where readers still find them', () => {
    writeFileSync(path, `${JSON.stringify(act('old'))}\n`);
    const log = openIssuerAuditLog(path, 'moltbook.test');
    log.appendAll([act('new')]);
    log.close();
    expect(readdirSync(folder).sort()).toEqual(['issuer-unchained.jsonl', 'issuer.jsonl']);
    expect(readLedgers(folder)).toEqual([act('old'), act('new')]);
  });
});
