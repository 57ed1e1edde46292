import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { reportSchema } from '@blastradius/blast-radius';
import { arm } from '@blastradius/contracts';
import { loadScenario, type Scenario } from '@blastradius/scenario';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'scenarios');

/** Their runs have tests of their own, which look closer: replay.test.ts, arms.test.ts and load.test.ts. */
const RUN_ELSEWHERE = new Set(['moltbook-key-leak', 'rotation-under-load']);

interface Lesson {
  readonly name: string;
  readonly readme: string;
  readonly scenario: Scenario;
}

const lessons = readdirSync(folder, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(join(folder, entry.name)).includes('README.md'))
  .map(
    ({ name }): Lesson => ({
      name,
      readme: readFileSync(join(folder, name, 'README.md'), 'utf8'),
      scenario: loadScenario(join(folder, name, 'scenario.yaml')),
    }),
  );
const run = lessons.filter(({ name }) => !RUN_ELSEWHERE.has(name));

test('the scenarios are there, each with a README whose first command is its own', () => {
  expect(lessons.length).toBeGreaterThanOrEqual(12);
  for (const { name, readme } of lessons) expect(commandOf(readme)[1], name).toBe(name);
});

describe.each(run)('$name', ({ name, readme, scenario }) => {
  test('its README states the hypotheses that the scenario has, and which arms they are about', () => {
    expect(statedIn(readme)).toEqual(scenario.hypotheses.map(({ id, statement }) => ({ id, statement })));
    const armsMeant = new Set(scenario.hypotheses.flatMap(({ expect }) => expect.map((check) => check.arm)));
    expect(armsOf(readme).filter((name) => !arm.options.some((known) => known === name))).toEqual([]);
    expect(armsOf(readme).toSorted()).toEqual([...armsMeant].toSorted());
  });

  // Worlds live in real time: what a starved machine refutes is played once more, and has to hold then.
  test('its command runs, and what it states holds', { retry: 1, timeout: 180_000 }, async () => {
    process.stderr.write(`scenario-readmes.test: ${name}\n`);
    const out = join(mkdtempSync(join(tmpdir(), 'blastradius-lesson-')), name);
    const { code, stderr } = await blastradius([...commandOf(readme), '--out', out]);
    expect(code, stderr.slice(-2000)).toBe(0);
    const { hypotheses } = reportSchema.parse(JSON.parse(readFileSync(join(out, 'report.json'), 'utf8')));
    const failed = hypotheses.filter(({ verdict }) => verdict !== 'held');
    expect(failed, JSON.stringify(failed, null, 1)).toEqual([]);
    expect(hypotheses.length).toBe(scenario.hypotheses.length);
  });
});

/** The arguments of the first command of the README; it is one line, and what a reader types. */
function commandOf(readme: string): string[] {
  const [, command = ''] = /^```[a-z]*\nnpx blastradius (.+)\n```$/m.exec(readme) ?? [];
  return command.split(' ');
}

function armsOf(readme: string): string[] {
  const command = commandOf(readme);
  return (command[command.indexOf('--arms') + 1] ?? '').split(',');
}

/** A list entry for each, which may go over several lines. */
function statedIn(readme: string): { id: string; statement: string }[] {
  const [, section = ''] = /^## Hypotheses\n([\s\S]*?)(?=^## )/m.exec(readme) ?? [];
  return [...section.matchAll(/^- `([a-z0-9-]+)`: (.+)$/gm)].map(([, id = '', statement = '']) => ({
    id,
    statement,
  }));
}

async function blastradius(args: readonly string[]): Promise<{ code: number; stderr: string }> {
  const child = spawn(process.execPath, [join(root, 'apps/cli/bin/blastradius.mjs'), ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  return { code: code as number, stderr };
}
