import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { percentile } from './percentile.ts';
import { shareOf } from './rounding.ts';

const phase = z.strictObject({ sent: z.int(), accepted: z.int(), acceptedShare: z.number().nullable() });

export const honestRequests = z.strictObject({
  sent: z.int(),
  accepted: z.int(),
  refused: z.int().describe('answered with a refusal, rate limits included'),
  failed: z.int().describe('no answer'),
  rateLimited: z.int().describe('of the refused, those with status 429'),
  acceptedShare: z.number().nullable(),
  latencyMsP50: z.number().nullable().describe('real milliseconds, of accepted requests'),
  latencyMsP99: z.number().nullable(),
  byPhase: z.strictObject({ beforeLeak: phase, whileOpen: phase, afterFix: phase, afterReset: phase }),
});
export type HonestRequests = z.infer<typeof honestRequests>;

/**
 * What the agents' own requests came to: the price that the honest pay. The requests of load agents
 * (hosting `load`) are honest ones and counted with the others.
 */
export function measureHonestRequests({ honest, run }: ArmFacts): HonestRequests {
  const accepted = honest.filter(({ outcome }) => outcome === 'accepted');
  const latencies = accepted.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  const leak = run.leakMinute ?? Number.POSITIVE_INFINITY;
  const closed = run.holeClosedMinute ?? Number.POSITIVE_INFINITY;
  const reset = run.resetMinute ?? Number.POSITIVE_INFINITY;
  const between = (from: number, to: number) =>
    phaseOf(honest.filter(({ minute }) => minute >= from && minute < to));
  return {
    sent: honest.length,
    accepted: accepted.length,
    refused: honest.filter(({ outcome }) => outcome === 'refused').length,
    failed: honest.filter(({ outcome }) => outcome === 'failed').length,
    rateLimited: honest.filter(({ status }) => status === 429).length,
    acceptedShare: shareOf(accepted.length, honest.length),
    latencyMsP50: percentile(latencies, 0.5),
    latencyMsP99: percentile(latencies, 0.99),
    byPhase: {
      beforeLeak: between(Number.NEGATIVE_INFINITY, Math.min(leak, closed, reset)),
      whileOpen: between(leak, Math.min(closed, reset)),
      afterFix: between(closed, reset),
      afterReset: between(reset, Number.POSITIVE_INFINITY),
    },
  };
}

function phaseOf(requests: ArmFacts['honest']): z.infer<typeof phase> {
  const accepted = requests.filter(({ outcome }) => outcome === 'accepted').length;
  return { sent: requests.length, accepted, acceptedShare: shareOf(accepted, requests.length) };
}
