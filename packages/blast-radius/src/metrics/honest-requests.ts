import { z } from 'zod';
import type { ArmFacts } from '../run/arm-facts.ts';
import { percentile } from './percentile.ts';
import { shareOf } from './rounding.ts';

const phase = z.strictObject({
  sent: z.int(),
  accepted: z.int(),
  repeated: z.int(),
  acceptedShare: z.number().nullable(),
});

export const honestRequests = z.strictObject({
  sent: z.int(),
  accepted: z.int(),
  refused: z.int().describe('answered with a refusal, rate limits included'),
  failed: z.int().describe('no answer'),
  repeated: z
    .int()
    .describe('asked for a conversation that is there already (409): neither accepted nor refused'),
  rateLimited: z.int().describe('of the refused, those with status 429'),
  acceptedShare: z.number().nullable().describe('accepted, of those sent that were not repeated'),
  latencyMsP50: z.number().nullable().describe('real milliseconds, of accepted requests, nearest rank'),
  latencyMsP95: z.number().nullable(),
  latencyMsP99: z.number().nullable(),
  byPhase: z.strictObject({ beforeLeak: phase, whileOpen: phase, afterFix: phase, afterReset: phase }),
});
export type HonestRequests = z.infer<typeof honestRequests>;

/**
 * What the agents' own requests came to: the price that the honest pay. The requests of load agents
 * (hosting `load`) are honest ones and counted with the others.
 */
export function measureHonestRequests({ honest, run }: ArmFacts): HonestRequests {
  const latencies = honest
    .filter(({ outcome }) => outcome === 'accepted')
    .map(({ latencyMs }) => latencyMs)
    .sort((a, b) => a - b);
  const { sent, accepted, repeated, acceptedShare } = phaseOf(honest);
  const leak = run.leakMinute ?? Number.POSITIVE_INFINITY;
  const closed = run.holeClosedMinute ?? Number.POSITIVE_INFINITY;
  const reset = run.resetMinute ?? Number.POSITIVE_INFINITY;
  const between = (from: number, to: number) =>
    phaseOf(honest.filter(({ minute }) => minute >= from && minute < to));
  return {
    sent,
    accepted,
    refused: honest.filter(({ outcome }) => outcome === 'refused').length - repeated,
    failed: honest.filter(({ outcome }) => outcome === 'failed').length,
    repeated,
    rateLimited: honest.filter(({ status }) => status === 429).length,
    acceptedShare,
    latencyMsP50: percentile(latencies, 0.5),
    latencyMsP95: percentile(latencies, 0.95),
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
  const repeated = requests.filter(isRepeated).length;
  return {
    sent: requests.length,
    accepted,
    repeated,
    acceptedShare: shareOf(accepted, requests.length - repeated),
  };
}

/** Nobody is kept from a conversation that there is: whoever opened it, no credential is in its way. */
function isRepeated({ action, status }: ArmFacts['honest'][number]): boolean {
  return action === 'dm-request' && status === 409;
}
