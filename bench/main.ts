import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benches } from './benches.ts';
import type { Bench } from './harness/bench.ts';
import { renderReport } from './harness/render.ts';
import { writeReport } from './harness/report.ts';
import { runBench } from './harness/run-bench.ts';

const common = {
  quick: { type: 'boolean', default: false },
  seed: { type: 'string', default: '1' },
  out: { type: 'string' },
} as const;

const [name, ...args] = process.argv.slice(2);
const bench = benches.find((one) => one.name === name);
if (bench === undefined) {
  process.stderr.write(usage());
  process.exitCode = name === undefined ? 0 : 2;
} else {
  await measure(bench, args);
}

/** Progress goes to stderr, the results to stdout and into a file of JSON. */
async function measure(chosen: Bench, given: string[]): Promise<void> {
  const { values } = parseArgs({ args: given, options: { ...chosen.flags, ...common } });
  const { quick, seed, out, ...flags } = values as Record<string, string | boolean | undefined>;
  const report = await runBench(chosen, {
    quick: quick === true,
    seed: Number(seed),
    flags: Object.fromEntries(Object.entries(flags).map(([flag, value]) => [flag, value?.toString()])),
    write: (text) => process.stderr.write(text),
  });
  const stamp = report.startedAt.replace(/[:.]/g, '-');
  const file = typeof out === 'string' ? out : join('runs', 'bench', `${chosen.name}-${stamp}.json`);
  writeReport(file, report);
  process.stdout.write(`${renderReport(report)}\n`);
  process.stderr.write(`written to ${file}\n`);
}

function usage(): string {
  const lines = benches.map((one) => {
    const flags = Object.keys({ ...one.flags, ...common }).map((flag) => `[--${flag}]`);
    return `  ${one.name.padEnd(12)} ${one.summary}\n  ${''.padEnd(12)} ${flags.join(' ')}`;
  });
  return `npm run bench -- <name> [flags]\n\n${lines.join('\n')}\n`;
}
