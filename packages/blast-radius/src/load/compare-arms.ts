import { z } from 'zod';
import type { LoadBlockResult } from './load-result.ts';
import { ratio, ratioOf } from './ratio.ts';

export const loadRatios = z.strictObject({
  arm: z.string(),
  baseline: z.string(),
  acceptedPerSecond: ratio,
  latencyMsP99: ratio,
  latencyMsP99During: ratio,
});
export type LoadRatios = z.infer<typeof loadRatios>;

/**
 * Each further arm against the first. Blocks come in rounds of one block for each arm, forth and
 * back (AB, BA, ...), and a round is a pair; a block left without its neighbour is in none.
 */
export function compareArms(arms: readonly string[], blocks: readonly LoadBlockResult[]): LoadRatios[] {
  const [baseline = '', ...others] = arms;
  const rounds = Array.from({ length: Math.ceil(blocks.length / arms.length) }, (_, i) =>
    blocks.slice(i * arms.length, (i + 1) * arms.length),
  );
  return others.map((arm) => {
    const ratioIn = (value: (block: LoadBlockResult) => number | null) =>
      ratioOf(
        rounds.flatMap((round) => {
          const [one, other] = [arm, baseline].map((name) => round.find((block) => block.arm === name));
          return one && other ? [{ value: value(one), baseline: value(other) }] : [];
        }),
      );
    return {
      arm,
      baseline,
      acceptedPerSecond: ratioIn(({ whole }) => whole.acceptedPerSecond),
      latencyMsP99: ratioIn(({ whole }) => whole.latencyMsP99),
      latencyMsP99During: ratioIn(({ during }) => during.latencyMsP99),
    };
  });
}
