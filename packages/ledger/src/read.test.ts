import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openLedger } from './append.ts';
import { credentialId } from './credential-id.ts';
import { LedgerUnreadable, readLedgers, streamLedger } from './read.ts';
import type { AgentRecord, WorldRecord } from './records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ledger-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const record: WorldRecord = { ledger: 'world', atMs: 1, event: 'live-started', subject: null, detail: '' };

function write(...lines: string[]): string {
  const file = join(folder, 'world.jsonl');
  const ledger = openLedger<WorldRecord>(file);
  ledger.append(record);
  ledger.close();
  appendFileSync(file, lines.join('\n'));
  return file;
}

test('what was appended is read back, from every ledger of the folder', () => {
  write();
  expect(readLedgers(folder)).toEqual([record]);
});

test('a last line that was torn by a kill is left out', () => {
  write('{"ledger":"world","atM');
  expect(readLedgers(folder)).toEqual([record]);
});

test('any other line that is no record is an error with file and line', () => {
  const file = write('{"ledger":"world"}', JSON.stringify(record), '');
  expect(() => readLedgers(folder)).toThrow(LedgerUnreadable);
  expect(() => readLedgers(folder)).toThrow(`${file}:2`);
});

test('a whole line at the end that is no record is an error, too', () => {
  write('{"ledger":"world"}', '');
  expect(() => readLedgers(folder)).toThrow('world.jsonl:2');
});

test('one ledger is streamed, from each of its files, however long its lines are', () => {
  write();
  const request: AgentRecord = {
    ledger: 'agents',
    atMs: 1,
    requestId: 'r',
    agent: '',
    hosting: 'load',
    action: 'read-feed',
    outcome: 'accepted',
    status: 200,
    latencyMs: 1,
  };
  // Longer than the pieces that a file is read in; in one of the two a character lies across two pieces.
  const names = ['é'.repeat(2 ** 20), `x${'é'.repeat(2 ** 20)}`];
  for (const [i, agent] of names.entries())
    appendFileSync(join(folder, `agents-${i}.jsonl`), `${JSON.stringify({ ...request, agent })}\n`);
  const read = [...streamLedger(folder, 'agents')].map(({ agent }) => agent === names.shift());
  expect(read).toEqual([true, true]);
});

test('a credential is named without being held', () => {
  expect(credentialId('moltbook_sk_x')).toMatch(/^[0-9a-f]{16}$/);
  expect(credentialId('moltbook_sk_x')).not.toBe(credentialId('moltbook_sk_y'));
});
