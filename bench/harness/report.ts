import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Figure, Table } from './bench.ts';
import type { Compared } from './compare.ts';
import type { Machine } from './machine.ts';

/** What one run of a bench is kept as. */
export interface Report {
  readonly bench: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly seconds: number;
  /** Set where the figures are those of a smoke test. */
  readonly quick: boolean;
  readonly seed: number;
  readonly flags: Readonly<Record<string, string | undefined>>;
  readonly machine: Machine;
  /** Load averages over a minute: before, and at the end of it. */
  readonly load: { readonly before: number; readonly after: number };
  readonly comparisons: readonly Compared[];
  readonly figures: readonly Figure[];
  readonly tables: readonly Table[];
  readonly texts: Readonly<Record<string, readonly string[]>>;
  readonly skipped: readonly { readonly what: string; readonly why: string }[];
}

export function writeReport(file: string, report: Report): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(report, null, 2)}\n`);
}
