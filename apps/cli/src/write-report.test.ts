import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AgentRecord, openLedger } from '@blastradius/ledger';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeReport } from './write-report.ts';

const startMs = Date.UTC(2026, 10, 24);
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-'));
  writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
  writeLedger('static-key', 'agents-load', 1000);
  writeLedger('x509-svid', 'agents-load', 1000);
});
afterEach(() => rmSync(folder, { recursive: true }));

const arm = {
  clock: { startedAtMs: startMs, startMinute: 0, timeScale: 60 },
  endMinute: 10,
  agents: 10,
  processAgents: 1,
  multiplexedAgents: 9,
  leakMinute: null,
  fixes: [],
  holeClosedMinute: null,
  resetMinute: null,
};
const run = {
  schemaVersion: 1,
  scenario: { name: 'rotation-under-load', title: 'Rotation under load' },
  seed: 'seed',
  timeScale: 60,
  startedAt: '2026-11-24T00:00:00.000Z',
  host: { cpus: 2, memoryBytes: 4e9, node: 'v24.21.0', platform: 'linux' },
  arms: { 'static-key': arm, 'x509-svid': arm },
  hypotheses: [],
  timeline: [],
};

function writeLedger(
  world: string,
  name: string,
  requests: number,
  hosting: AgentRecord['hosting'] = 'load',
) {
  mkdirSync(join(folder, world, 'ledger'), { recursive: true });
  const ledger = openLedger<AgentRecord>(join(folder, world, 'ledger', `${name}.jsonl`));
  for (let i = 0; i < requests; i += 1)
    ledger.append({
      ledger: 'agents',
      atMs: startMs + i * 10,
      requestId: `${name}-${i}`,
      agent: `load-${i % 20}`,
      hosting,
      action: 'read-feed',
      outcome: 'accepted',
      status: 200,
      latencyMs: 2,
    });
  ledger.close();
}

function writeLoad(...folders: string[]) {
  const blocks = folders.map((below, i) => ({
    index: i + 1,
    arm: below.includes('x509') ? 'x509-svid' : 'static-key',
    folder: below,
    measuredFromMs: startMs,
    measuredToMs: startMs + 10_000,
    rotation: below.includes('x509')
      ? { startedMs: startMs + 5000, finishedMs: startMs + 6000, svidsReplaced: 30, svidsTotal: 30 }
      : { markedMs: startMs + 5000 },
    offered: 1000,
    completed: 1000,
    dropped: 0,
    generatorCpuSeconds: 1,
    thresholds: [],
    k6ExitCode: 0,
    dashboard: null,
  }));
  const noop = { offered: 9, completed: 9, dropped: 0, durationSeconds: 1, cpuSeconds: 1, p99Ms: 1 };
  const load = {
    schemaVersion: 1,
    scenario: 'rotation-under-load',
    startedAt: run.startedAt,
    target: 'embedded',
    k6Version: '2.2.0',
    ratePerSecond: 100,
    warmUpSeconds: 0,
    durationSeconds: 10,
    repeats: 1,
    loadAgents: 20,
    arms: ['static-key', 'x509-svid'],
    generator: { noop },
    blocks,
  };
  writeFileSync(join(folder, 'load.json'), JSON.stringify(load));
}

test('the load of every block is in the report, and of its ledgers only the load', () => {
  writeLedger('blocks/03-x509-svid', 'agents-load', 500);
  writeLedger('blocks/03-x509-svid', 'agents-host', 300, 'multiplexed');
  writeLoad('static-key', 'x509-svid', 'blocks/03-x509-svid');
  const { load, arms } = writeReport(folder);
  expect(load?.blocks.map(({ whole }) => whole.sent)).toEqual([1000, 1000, 500]);
  expect(load?.arms['x509-svid']?.during).toMatchObject({ sent: 100, acceptedPerSecond: 50 });
  expect(load?.ratios[0]?.latencyMsP99).toMatchObject({ pairs: 1, ratio: 1 });
  expect(arms['x509-svid']?.hosting.load).toBe(20);
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).toContain('Under load');
});

test('a run without load.json has no load in its report', () => {
  expect(writeReport(folder).load).toBeUndefined();
  expect(readFileSync(join(folder, 'report.html'), 'utf8')).not.toContain('Under load');
});

test('a block whose ledgers are missing is named, and no report is written', () => {
  writeLoad('static-key', 'blocks/02-x509-svid');
  expect(() => writeReport(folder)).toThrow(/02-x509-svid.ledger is missing: the ledgers of block 2/);
  expect(existsSync(join(folder, 'report.json'))).toBe(false);
});

test('a load.json that is none is named with what is wrong', () => {
  writeFileSync(join(folder, 'load.json'), '{"schemaVersion":2}');
  expect(() => writeReport(folder)).toThrow(/load\.json is not the manifest of a run: .*schemaVersion/s);
});
