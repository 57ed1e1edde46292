import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const bad = join(root, 'packages/scenario/test/bad');
const folder = mkdtempSync(join(tmpdir(), 'blastradius-bad-'));

/** Writes down each child that a program starts; Node itself says so on this channel. */
const probe = join(folder, 'probe.mjs');
const started = join(folder, 'started');
writeFileSync(
  probe,
  `import { subscribe } from 'node:diagnostics_channel';
   import { appendFileSync } from 'node:fs';
   subscribe('child_process', () => appendFileSync(${JSON.stringify(started)}, 'one\\n'));`,
);
const probed = (...args: string[]) =>
  spawnSync(process.execPath, ['--import', probe, ...args], { encoding: 'utf8', cwd: bad });

test.each([
  'hypothesis-arm-misspelt',
  'unit-hours',
  'fix-traverses',
  'yaml-billion-laughs',
  'yaml-tabs',
  'strategy-unknown',
  'wait-after-the-end',
])('run %s: status 2, the expected text, no world', (name) => {
  const out = join(folder, name);
  const { status, stderr } = probed(
    join(root, 'apps/cli/bin/blastradius.mjs'),
    'run',
    `./${name}.yaml`,
    '--out',
    out,
  );
  const expected = readFileSync(join(bad, `${name}.expected.txt`), 'utf8');
  expect(stderr.replaceAll(`${bad}/`, '').replaceAll(/a map of [\w, ]+/g, 'a map of ...')).toBe(
    `blastradius: ${expected}`,
  );
  expect(status).toBe(2);
  expect(existsSync(out)).toBe(false);
  expect(existsSync(started)).toBe(false);
});

test('control: the probe sees a child where there is one', () => {
  probed(
    '--input-type=module',
    '--eval',
    'import { spawnSync, spawn } from "node:child_process"; spawn("true");',
  );
  expect(readFileSync(started, 'utf8')).toBe('one\n');
});
