import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { acceptedUses } from './credentials.ts';
import { rounded } from './rounding.ts';
import { findStrandings } from './strandings.ts';

const point = z.tuple([z.number(), z.number()]).describe('incident minute, value from then on');
const points = z.array(point);

export const series = z.strictObject({
  forgedAcceptedWithStolenCredential: points.describe('cumulative'),
  forgedAcceptedThroughHole: points.describe('cumulative'),
  agentsImpersonated: points.describe('cumulative'),
  agentsStranded: points.describe('at that minute'),
});
export type Series = z.infer<typeof series>;
export type SeriesPoint = z.infer<typeof point>;

/** Steps for the charts: a point where the value changes, at most one a minute, and both ends. */
export function traceSeries(facts: ArmFacts): Series {
  const forged = facts.attacker.filter(({ forges, outcome }) => forges && outcome === 'accepted');
  const minutesOf = (vector: string) =>
    forged.filter((attempt) => attempt.vector === vector).map(({ minute }) => ({ minute, change: 1 }));
  const firstForgeries = [
    ...Map.groupBy(
      acceptedUses(facts).filter(({ forges }) => forges),
      ({ victim }) => victim,
    ).values(),
  ].flatMap(([first]) => (first ? [{ minute: first.minute, change: 1 }] : []));
  const strandings = findStrandings(facts).flatMap(({ fromMinute, untilMinute }) => [
    { minute: fromMinute, change: 1 },
    ...(untilMinute === null ? [] : [{ minute: untilMinute, change: -1 }]),
  ]);
  return {
    forgedAcceptedWithStolenCredential: steps(facts, minutesOf('stolen-credential')),
    forgedAcceptedThroughHole: steps(facts, minutesOf('hole')),
    agentsImpersonated: steps(facts, firstForgeries),
    agentsStranded: steps(facts, strandings),
  };
}

interface Change {
  readonly minute: number;
  readonly change: number;
}

function steps({ run }: ArmFacts, changes: readonly Change[]): SeriesPoint[] {
  const byMinute = Map.groupBy(changes, ({ minute }) => Math.ceil(minute));
  let value = 0;
  const inner = [...byMinute]
    .sort(([a], [b]) => a - b)
    .map(([minute, some]): SeriesPoint => {
      value += some.reduce((sum, { change }) => sum + change, 0);
      return [minute, value];
    });
  const end = Math.max(run.endMinute, inner.at(-1)?.[0] ?? run.endMinute);
  return [[rounded(run.clock.startMinute), 0], ...inner, [rounded(end), value]];
}
