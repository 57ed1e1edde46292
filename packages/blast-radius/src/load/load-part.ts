import { z } from 'zod';
import { percentile } from '../metrics/percentile.ts';
import { rounded, shareOf } from '../metrics/rounding.ts';
import type { LoadRequest } from './load-request.ts';

const latency = z.number().nullable();

export const loadPart = z.strictObject({
  seconds: z.number(),
  sent: z.int(),
  accepted: z.int(),
  refused: z.int().describe('answered with a refusal'),
  failed: z.int().describe('no answer'),
  acceptedShare: z.number().nullable(),
  acceptedPerSecond: z.number().nullable().describe('the achieved rate; null of a part without duration'),
  latencyMsP50: latency.describe('of accepted requests, nearest rank; null where there is none'),
  latencyMsP99: latency,
  latencyMsP999: latency,
});
export type LoadPart = z.infer<typeof loadPart>;

/** What came of the requests of some stretch of the measured time. */
export function measurePart(requests: readonly LoadRequest[], seconds: number): LoadPart {
  const latencies = Float64Array.from(
    requests.filter(({ outcome }) => outcome === 'accepted'),
    ({ latencyMs }) => latencyMs,
  ).sort();
  const accepted = latencies.length;
  const refused = requests.filter(({ outcome }) => outcome === 'refused').length;
  return {
    seconds: rounded(seconds),
    sent: requests.length,
    accepted,
    refused,
    failed: requests.length - accepted - refused,
    acceptedShare: shareOf(accepted, requests.length),
    acceptedPerSecond: seconds > 0 ? rounded(accepted / seconds) : null,
    latencyMsP50: percentile(latencies, 0.5),
    latencyMsP99: percentile(latencies, 0.99),
    latencyMsP999: percentile(latencies, 0.999),
  };
}
