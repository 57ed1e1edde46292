import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { arm, leak } from '@blastradius/contracts';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const pages = ['docs/matrix.md', 'scenarios/credential-matrix/README.md', 'README.md'];
/** The arguments of every `npx blastradius` of a page, as it shows them. */
const commandsOf = (page: string) =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^npx blastradius ([^#\n]+?) *(?:#.*)?$/gm)].map(
    ([, command = '']) => command,
  );
const matrices = pages.flatMap(commandsOf).filter((command) => command.startsWith('matrix'));
/** Relative folders of the commands end here. */
const cwd = mkdtempSync(join(tmpdir(), 'matrix-page-test-'));

async function blastradius(command: string) {
  const child = spawn(process.execPath, [join(root, 'apps/cli/bin/blastradius.mjs'), ...command.split(' ')], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit'),
  ]);
  return { code, stdout, stderr };
}

describe('docs/matrix.md', () => {
  test('the flags of every matrix that it and the READMEs show are taken, and plan trials without playing any', async () => {
    expect(matrices.length).toBeGreaterThanOrEqual(5);
    const planned = matrices.map((command) => (command.includes('--plan') ? command : `${command} --plan`));
    const answers = await Promise.all(planned.map(blastradius));
    for (const [index, { code, stdout, stderr }] of answers.entries()) {
      expect(code, stderr).toBe(0);
      const [, trials] = /^(\d+) trials: /.exec(stdout) ?? [];
      expect(Number(trials), planned[index]).toBeGreaterThan(0);
      expect(stdout, planned[index]).toContain(`0 of them are there already, ${trials} are to be played`);
    }
    expect(existsSync(join(cwd, 'runs'))).toBe(false);
    // Without flags it is everything.
    const whole = answers[matrices.indexOf('matrix')]?.stdout.split('Left out:')[0];
    for (const name of arm.options) expect(whole).toContain(`\n  ${name}: `);
    for (const name of leak.options) expect(whole).toMatch(new RegExp(`[ ,]${name}\\b`));
  });

  test('its small matrix is played, and its tables are there with a number for every combination', async () => {
    const [small = ''] = commandsOf('docs/matrix.md').filter((command) => command.includes('runs/small'));
    const { code, stderr } = await blastradius(small);
    expect(code, stderr.slice(-2000)).toBe(0);
    const report = readFileSync(join(cwd, 'runs/small/report.md'), 'utf8');
    expect(report).toMatch(/^Complete: 2 of 2 trials/m);
    const rows = readFileSync(join(cwd, 'runs/small/latencies.jsonl'), 'utf8').trimEnd().split('\n');
    for (const row of rows) expect(JSON.parse(row)).toMatchObject({ n: 1, median: expect.any(Number) });
    const planned = await blastradius(`${small} --plan`);
    expect(planned.stdout).toContain('2 of them are there already, 0 are to be played');
  }, 180_000);

  test('the command for its tables writes them again, to the byte', async () => {
    const [again = ''] = commandsOf('docs/matrix.md').filter((command) => command.startsWith('report'));
    const results = () => readFileSync(join(cwd, 'runs/small/results.json'), 'utf8');
    const before = results();
    const { code, stderr } = await blastradius(again);
    expect(code, stderr).toBe(0);
    expect(results()).toBe(before);
  });

  test('every file that it says comes out is there', () => {
    const [, section = ''] =
      /## What comes out\n([\s\S]*?)^All numbers/m.exec(readFileSync(join(root, 'docs/matrix.md'), 'utf8')) ??
      [];
    const files = [...section.matchAll(/`([\w.-]+\.[a-z]+)`/g)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(10);
    for (const file of files) expect(existsSync(join(cwd, 'runs/small', file)), file).toBe(true);
  });
});
