import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const run = (...args: string[]) =>
  spawnSync(process.execPath, [join(root, 'apps/cli/bin/blastradius.mjs'), ...args], { encoding: 'utf8' });

test('an unknown flag, name or value ends with a clear message and status 2', () => {
  for (const [args, says] of [
    [['demo', '--nonsense'], /unknown option/],
    [['demo', '--agents', '0'], /Allowed: a whole number/],
    [['demo', '--arms', 'static'], /Allowed: one or more of static-key, .*x509-svid/],
    [['run', 'no-such-scenario'], /no-such-scenario/],
    [
      ['run', 'pivoting-thief', '--strategy', 'spraying'],
      /Allowed choices are round-robin, spray, low-and-slow/,
    ],
    [['run', 'bearer-token-in-logs', '--strategy', 'wait-and-see'], /ends 60 minutes after the taking/],
    [['matrix', '--strategy', 'smash-and-grab'], /Allowed choices are round-robin/],
    [['report', '/nonexistent'], /can't be read/],
    [['load', 'rotation-under-load', '--rate', '5001'], /from 1 to 5000/],
    [['load', 'rotation-under-load', '--duration', '601'], /from 5 to 600/],
    [['load', 'rotation-under-load', '--rate', '5000', '--duration', '600'], /at most 500000/],
    [['load', 'rotation-under-load', '--arms', 'mtls'], /Allowed: one or more of/],
    [['nonsense'], /unknown command/],
  ] as const) {
    const { status, stderr } = run(...args);
    expect(stderr).toMatch(says);
    expect(status).toBe(2);
  }
});

test('--help says what there is, with status 0', () => {
  const { status, stdout } = run('run', '--help');
  expect(status).toBe(0);
  for (const flag of ['--agents', '--seed', '--arms', '--out', '--time-scale', '--strategy', '--sequential'])
    expect(stdout).toContain(flag);
});

test('a relative link in the documentation leads somewhere', () => {
  const files = execFileSync('git', ['ls-files', '*.md'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
  for (const file of files) {
    const folder = join(root, file, '..');
    for (const [, target = ''] of readFileSync(join(root, file), 'utf8').matchAll(
      /\]\((?!https?:|#)([^)#]+)/g,
    )) {
      expect(() => execFileSync('test', ['-e', join(folder, target)]), `${file} -> ${target}`).not.toThrow();
    }
  }
});
