import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { goTool } from '../go-tools.ts';

/** What the suite says of one case of its catalogue. */
export interface ConformanceResult {
  readonly name: string;
  readonly level: 'MUST' | 'SHOULD' | 'OPT';
  readonly status: 'PASS' | 'FAIL' | 'SKIP' | 'ERROR';
  readonly message?: string;
  readonly delegated?: boolean;
}

export const harnessCommand = {
  program: process.execPath,
  args: ['--conditions=@blastradius/source', join(import.meta.dirname, 'harness.ts')],
} as const;

const RUN_MS_MAX = 20 * 60_000;

/** The SPIFFE Conformance Test Suite, which tags no versions; undefined where it can't be had. */
export function findSuite(): Promise<string | undefined> {
  return goTool({
    module: 'github.com/arndt-s/spiffe-conformance-test-suite',
    version: 'latest',
    package: 'cmd/suite',
  });
}

/** Runs the whole catalogue against our harness. */
export async function runSuite(suite: string): Promise<readonly ConformanceResult[]> {
  const folder = await mkdtemp(join(tmpdir(), 'conformance-'));
  const file = join(folder, 'results.json');
  const { program, args } = harnessCommand;
  const run = [
    'run',
    '--cmd',
    program,
    '--args',
    args.join(','),
    '--ready-timeout',
    '60s',
    '--results-file',
    file,
  ];
  try {
    await new Promise<void>((resolve, reject) => {
      execFile(suite, run, { timeout: RUN_MS_MAX }, (error) => {
        // 2: some case could not be executed, which its result says as well.
        if (error === null || error.code === 2) resolve();
        else reject(error);
      });
    });
    return (JSON.parse(await readFile(file, 'utf8')) as { results: ConformanceResult[] }).results;
  } finally {
    await rm(folder, { recursive: true });
  }
}
