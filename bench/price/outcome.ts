import { type Estimate, estimate } from '../../packages/matrix/src/statistics/estimate.ts';
import { median } from '../harness/statistics.ts';
import type { Demand } from './arms.ts';
import type { Visit } from './rounds.ts';

/** Of each arm, round by round; null where what was measured does not count. */
export type KeptVisits = ReadonlyMap<string, readonly (Visit | null)[]>;

/** What one arm costs, and costs more than the baseline. */
export interface Price {
  readonly name: string;
  /** How many rounds count; with none of them, what stands here is of rounds that do not. */
  readonly rounds: number;
  readonly requestsPerSecond: number;
  /** To the baseline's, round by round: median with its bootstrap interval. */
  readonly ratio: Estimate | null;
  /** NaN where no round's latencies count. */
  readonly p99Ms: number;
  /** To the baseline's, milliseconds, each at half of its own rate, round by round. */
  readonly addedP99: Estimate | null;
  readonly serverMicros: number;
  readonly databaseMicros: number;
  /** The most in any round. */
  readonly generatorCores: number;
}

export function pricesOf(visits: KeptVisits, baseline: string): Price[] {
  const base = visits.get(baseline) ?? [];
  return [...visits].map(([name, own]) => {
    const counted = own.filter((one) => one !== null);
    const middle = (value: (found: Visit) => number) => median(counted.map(value));
    return {
      name,
      rounds: withRates(own).filter((one) => one !== null).length,
      requestsPerSecond: middle((found) => found.requestsPerSecond),
      ratio: ratioOfRates(own, base),
      p99Ms: median(withLatencies(own).flatMap((one) => one?.p99Ms ?? [])),
      addedP99: estimate(
        paired(withLatencies(own), withLatencies(base), (one, other) => one.p99Ms - other.p99Ms),
      ),
      serverMicros: middle((found) => found.serverMicros),
      databaseMicros: middle((found) => found.databaseMicros),
      generatorCores: Math.max(...counted.map((found) => found.generatorCores)),
    };
  });
}

export interface Judged extends Demand {
  readonly verdict: 'reached' | 'NOT REACHED' | 'NOT MEASURED';
  readonly ratio: Estimate | null;
}

/** By the median of what is valid; whether the interval lies above as well is for the reader to see. */
export function judge(demand: Demand, visits: KeptVisits): Judged {
  const valid = (name: string) => withRates(visits.get(name) ?? []);
  const ratio = ratioOfRates(valid(demand.name), valid(demand.to));
  if (ratio === null) return { ...demand, verdict: 'NOT MEASURED', ratio };
  return { ...demand, verdict: ratio.median >= demand.atLeast ? 'reached' : 'NOT REACHED', ratio };
}

type Rounds = readonly (Visit | null)[];

/** Those whose latencies count as well. */
export function withLatencies(rounds: Rounds): Rounds {
  return rounds.map((one) => (one?.latenciesInvalid === null ? one : null));
}

function withRates(rounds: Rounds): Rounds {
  return rounds.map((one) => (one?.invalid === null ? one : null));
}

function ratioOfRates(own: Rounds, base: Rounds): Estimate | null {
  return estimate(paired(own, base, (one, other) => one.requestsPerSecond / other.requestsPerSecond));
}

/** Within a round only: what slowed the machine down slowed down both. */
function paired(own: Rounds, base: Rounds, compare: (one: Visit, other: Visit) => number): number[] {
  return own.flatMap((one, round) => {
    const other = base[round] ?? null;
    return one === null || other === null ? [] : [compare(one, other)];
  });
}
