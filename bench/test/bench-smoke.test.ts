import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { benches } from '../benches.ts';
import type { Report } from '../harness/report.ts';

const run = promisify(execFile);

async function quickRun(name: string): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const out = join(folder, 'report.json');
  const conditions = '--conditions=@blastradius/source';
  await run(process.execPath, [conditions, 'bench/main.ts', name, '--quick', '--out', out]);
  return JSON.parse(await readFile(out, 'utf8'));
}

// How fast anything was is not asserted: this machine may do other things beside.
test.each(benches.map(({ name }) => name))(
  'bench %s runs, and its report can be read',
  async (name) => {
    const report = await quickRun(name);
    expect(report).toMatchObject({ bench: name, quick: true, seed: 1 });
    expect(report.machine.node).toBe(process.versions.node);
    const measured = report.comparisons.flatMap(({ contenders }) => contenders.map(({ values }) => values));
    expect(measured.length + report.figures.length).toBeGreaterThan(0);
    const counted = measured.flat().filter((value) => value !== null);
    // CPU time comes in hundredths of a second, and so short a run may see none of them of a process.
    for (const value of counted) expect(value).toBeGreaterThanOrEqual(0);
    for (const values of measured) expect(values.length).toBeGreaterThan(0);
    if (counted.length > 0) expect(Math.max(...counted)).toBeGreaterThan(0);
    for (const { value } of report.figures) expect(Number.isFinite(value)).toBe(true);
  },
  400_000,
);
