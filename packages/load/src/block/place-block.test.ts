import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { placeBlock } from './place-block.ts';
import { timeScaleOf } from './run-block.ts';

let run: string;
beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'place-block-'));
});
afterEach(() => rmSync(run, { recursive: true }));

function playedIn(name: string): string {
  const folder = join(run, name);
  mkdirSync(join(folder, 'static-key/ledger'), { recursive: true });
  writeFileSync(join(folder, 'run.json'), '{}');
  writeFileSync(join(folder, 'static-key/ledger/audit.jsonl'), name);
  return folder;
}

test('the first block of an arm is where any run has its ledgers, a further one below blocks/', () => {
  expect(placeBlock(run, playedIn('.one'), { index: 0, arm: 'static-key', isFirst: true })).toBe(
    'static-key',
  );
  const further = placeBlock(run, playedIn('.two'), { index: 3, arm: 'static-key', isFirst: false });
  expect(further).toBe('blocks/03-static-key');
  expect(readFileSync(join(run, 'static-key/ledger/audit.jsonl'), 'utf8')).toBe('.one');
  expect(readFileSync(join(run, further, 'ledger/audit.jsonl'), 'utf8')).toBe('.two');
  expect(readdirSync(join(run, further)).sort()).toEqual(['ledger', 'run.json']);
  expect(readdirSync(run).sort()).toEqual(['blocks', 'static-key']);
});

test('the incident fits beside the load: as long as warm-up, measurement and a short tail', () => {
  const clock = { startMinute: -20, endMinute: 40 };
  const scale = timeScaleOf({ clock }, { warmUpSeconds: 10, durationSeconds: 30 });
  expect((60 * 60) / scale).toBeCloseTo(42, 0);
  expect(timeScaleOf({ clock }, { warmUpSeconds: 100, durationSeconds: 9000 })).toBe(1);
});
