import type { Bench, Figure, Session, Table } from './bench.ts';
import { type Compared, compare } from './compare.ts';
import { loadOfLastMinute, machine } from './machine.ts';
import { renderComparison } from './render.ts';
import type { Report } from './report.ts';

export interface RunOptions {
  readonly quick: boolean;
  readonly seed: number;
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly write: (text: string) => void;
}

/** Runs one bench from its beginning to its end, and returns all that it found. */
export async function runBench(bench: Bench, options: RunOptions): Promise<Report> {
  const { quick, seed, flags } = options;
  const startedAt = new Date();
  const before = loadOfLastMinute();
  const comparisons: Compared[] = [];
  const figures: Figure[] = [];
  const tables: Table[] = [];
  const texts: Record<string, readonly string[]> = {};
  const skipped: { what: string; why: string }[] = [];
  const say = (line: string) => options.write(`${line}\n`);
  const keep = (compared: Compared) => {
    comparisons.push(compared);
    say(`\n${renderComparison(compared)}\n`);
  };
  const session: Session = {
    quick,
    seed,
    flags,
    say,
    compare: async (comparison) => {
      say(`${comparison.title} ...`);
      const compared = await compare(comparison);
      keep(compared);
      return compared;
    },
    compared: keep,
    figure: (figure) => {
      figures.push(figure);
      say(`${figure.name}: ${figure.value} ${figure.unit}`);
    },
    table: (table) => {
      tables.push(table);
    },
    text: (name, lines) => {
      texts[name] = lines;
    },
    skip: (what, why) => {
      skipped.push({ what, why });
      say(`SKIPPED: ${what}: ${why}`);
    },
  };
  await bench.run(session);
  return {
    bench: bench.name,
    startedAt: startedAt.toISOString(),
    seconds: Math.round((Date.now() - startedAt.getTime()) / 1000),
    quick,
    seed,
    flags,
    machine: machine(),
    load: { before, after: loadOfLastMinute() },
    comparisons,
    figures,
    tables,
    texts,
    skipped,
  };
}
