import { type Ratio, ratioOf } from '../../packages/blast-radius/src/load/ratio.ts';
import { median, type Spread, spreadOf } from './statistics.ts';

/** One of the things compared. */
export interface Contender {
  readonly name: string;
  /** Does the work for one round and returns its figure, in the comparison's unit. */
  measure(): Promise<number> | number;
}

export interface Comparison {
  readonly title: string;
  /** `mints/s`: more is better, or `ms`: less is; the ratios say only which is more. */
  readonly unit: string;
  readonly rounds: number;
  /** The first is what the others are divided by. */
  readonly contenders: readonly Contender[];
}

export interface ComparedContender {
  readonly name: string;
  /** Round by round; null where a round does not count. */
  readonly values: readonly (number | null)[];
  readonly spread: Spread;
  /** To the first contender, round by round: what slowed the machine down slowed down both. */
  readonly ratio: Spread;
  /** Geometric mean of the same ratios, with Student's 95 % interval of their logarithms. */
  readonly mean: Ratio;
}

export interface Compared {
  readonly title: string;
  readonly unit: string;
  readonly rounds: number;
  readonly contenders: readonly ComparedContender[];
}

/**
 * Measures each contender once a round, and turns the order round by round (A B, B A, A B, ...), so that a
 * machine that gets slower or faster favours nobody. One round before them warms up and is not kept.
 */
export async function compare(
  { title, unit, rounds, contenders }: Comparison,
  onRound: (round: number) => void = () => {},
): Promise<Compared> {
  const values = contenders.map((): number[] => []);
  for (let round = 0; round <= rounds; round++) {
    onRound(round);
    const order = [...contenders.keys()];
    for (const index of round % 2 === 0 ? order : order.reverse()) {
      const value = await contenders[index]?.measure();
      if (round > 0 && value !== undefined) values[index]?.push(value);
    }
  }
  const measured = contenders.map(({ name }, index) => ({ name, values: values[index] ?? [] }));
  return comparedOf({ title, unit }, measured);
}

/** The comparison of what was measured in turns, round by round; the first is what the others are divided by. */
export function comparedOf(
  { title, unit }: Pick<Comparison, 'title' | 'unit'>,
  measured: readonly { readonly name: string; readonly values: readonly (number | null)[] }[],
): Compared {
  const base = measured[0]?.values ?? [];
  return {
    title,
    unit,
    rounds: base.length,
    contenders: measured.map(({ name, values }) => {
      const pairs = values.map((value, round) => ({ value, baseline: base[round] ?? null }));
      const ratios = pairs.flatMap(({ value, baseline }) =>
        value === null || baseline === null ? [] : [value / baseline],
      );
      return {
        name,
        values,
        spread: spreadOf(counted(values)),
        ratio: spreadOf(ratios),
        mean: ratioOf(pairs),
      };
    }),
  };
}

/** The median of one contender, by name. */
export function medianOf(compared: Compared, name: string): number {
  return median(counted(compared.contenders.find((contender) => contender.name === name)?.values ?? []));
}

function counted(values: readonly (number | null)[]): number[] {
  return values.filter((value) => value !== null);
}
