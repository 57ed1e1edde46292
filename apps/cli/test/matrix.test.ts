import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readLedgers } from '@blastradius/ledger';
import { afterAll, expect, test } from 'vitest';

const main = join(import.meta.dirname, '../dist/bundled.js');
const ARMS = ['static-key', 'hashed-key'];
const LEAKS = ['open-database', 'request-logs'];
const TRIALS = ARMS.flatMap((arm) => LEAKS.map((leak) => `${arm}_${leak}_matrix-1`)).sort();
const out = join(mkdtempSync(join(tmpdir(), 'matrix-test-')), 'matrix');
const started: { kill(signal: NodeJS.Signals): boolean }[] = [];
afterAll(() => started.forEach((child) => void child.kill('SIGKILL')));

/** The command, with what it says; `onLine` hears each line as it comes. */
async function matrix(
  extra: readonly string[] = [],
  onText: (said: string, kill: () => void) => void = () => {},
) {
  const flags = ['--arms', ARMS.join(','), '--leaks', LEAKS.join(','), '--seeds', '1', '--at-once', '2'];
  const child = spawn(process.execPath, [main, 'matrix', ...flags, '--out', out, ...extra], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  started.push(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    onText(said, () => child.kill('SIGKILL'));
  });
  const [code, signal] = await once(child, 'exit');
  return { code, signal, said };
}

const endedTrials = () =>
  readdirSync(join(out, 'trials')).filter((id) => existsSync(join(out, 'trials', id, 'trial.json')));
const writtenAt = (id: string) => statSync(join(out, 'trials', id, 'trial.json')).mtimeMs;

test('a matrix that is killed in the middle and started again ends with the same trials, none of them twice', async () => {
  const killed = await matrix([], (said, kill) => {
    if (said.includes('[1/4]')) kill();
  });
  expect(killed.signal).toBe('SIGKILL');
  const before = endedTrials();
  expect(before.length).toBeGreaterThan(0);
  expect(before.length).toBeLessThan(TRIALS.length);
  const times = before.map(writtenAt);

  const resumed = await matrix();
  expect(resumed.code, resumed.said).toBe(0);
  expect(resumed.said).toContain(`4 trials, ${before.length} of them there already`);
  expect(endedTrials().sort()).toEqual(TRIALS);
  expect(before.map(writtenAt)).toEqual(times);
  const rows = readFileSync(join(out, 'trials.jsonl'), 'utf8').trimEnd().split('\n');
  const trials = rows.map((row) => JSON.parse(row));
  expect(trials.map(({ trial }) => trial).sort()).toEqual(TRIALS);
  expect(trials.map(({ state }) => state)).toEqual(['done', 'done', 'done', 'done']);
}, 600_000);

test('the table is computed again from the ledgers alone, to the byte', async () => {
  const before = readFileSync(join(out, 'results.json'), 'utf8');
  const child = spawn(process.execPath, [main, 'report', out], { stdio: 'ignore' });
  expect(await once(child, 'exit')).toEqual([0, null]);
  expect(readFileSync(join(out, 'results.json'), 'utf8')).toBe(before);
});

test('other flags do not go on with another matrix’s folder, and say what differs', async () => {
  const { code, said } = await matrix(['--agents', '12']);
  expect(code).toBe(2);
  expect(said).toContain('agents differ');
});

test('the same seed gives the same population, and the thief the same order of victims, in every trial', () => {
  const worlds = TRIALS.map((id) => {
    const [arm = '', leak = ''] = id.split('_');
    const records = readLedgers(join(out, 'trials', id, arm, 'ledger')).sort((a, b) => a.atMs - b.atMs);
    const honest = records.flatMap((record) => (record.ledger === 'agents' ? [record.agent] : []));
    const tried = records.flatMap((record) =>
      record.ledger === 'attacker' && record.vector === 'stolen-credential' && record.victim !== null
        ? [record.victim]
        : [],
    );
    return { leak, agents: [...new Set(honest)].sort(), victims: [...new Set(tried)] };
  });
  const [first] = worlds;
  expect(first?.agents).toHaveLength(10);
  for (const { agents } of worlds) expect(agents).toEqual(first?.agents);
  const open = worlds.filter(({ leak, victims }) => leak === 'open-database' && victims.length > 0);
  expect(open.length).toBeGreaterThan(0);
  for (const { victims } of open) expect(victims).toEqual(open[0]?.victims);
});
