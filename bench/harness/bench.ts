import type { ParseArgsOptionsConfig } from 'node:util';
import type { Compared, Comparison } from './compare.ts';

/** Something measured once in a run: a time until, a peak, a share. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  /** `ms`, `MiB`, `cores`, `/s`; nothing for a plain count. */
  readonly unit: string;
  /** What it was computed from where that does not go without saying. */
  readonly note?: string;
}

/** Figures that belong together, in words and numbers as they are to be read. */
export interface Table {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a bench is given: how large it may be, and where its results go. */
export interface Session {
  /** As small as still runs through every line: a smoke test, whose figures say nothing. */
  readonly quick: boolean;
  /** For whatever is drawn at random. */
  readonly seed: number;
  /** The bench's own flags, as they were given. */
  readonly flags: Readonly<Record<string, string | undefined>>;
  /** Measures contenders in paired rounds; prints and keeps the outcome. */
  compare(comparison: Comparison): Promise<Compared>;
  /** Prints and keeps a comparison that was measured in other turns than these. */
  compared(compared: Compared): void;
  /** Prints and keeps one figure. */
  figure(figure: Figure): void;
  /** Keeps a table of the bench's own; printed at the end. */
  table(table: Table): void;
  /** Keeps a longer text that belongs to the figures: a summarised profile. */
  text(name: string, lines: readonly string[]): void;
  /** Says what could not be measured here, and why. */
  skip(what: string, why: string): void;
  /** Tells whoever watches what is being done. */
  say(line: string): void;
}

export interface Bench {
  readonly name: string;
  /** One line for the list. */
  readonly summary: string;
  readonly flags: ParseArgsOptionsConfig;
  run(session: Session): Promise<void>;
}

/** A flag that is a whole number above zero, or what is used where it isn't given. */
export function wholeNumber(session: Session, flag: string, otherwise: number): number {
  const given = session.flags[flag];
  if (given === undefined) return otherwise;
  if (!/^[1-9]\d{0,8}$/.test(given)) throw new RangeError(`--${flag} takes a whole number above 0`);
  return Number(given);
}
