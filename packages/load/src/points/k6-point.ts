import { z } from 'zod';

/** What of k6's JSON output is looked at: how long a request took, and which iterations were dropped. */
const requestPoint = z.object({
  time: z.string(),
  /** Milliseconds. */
  value: z.number(),
  tags: z.object({
    scenario: z.string().optional(),
    status: z.string().optional(),
    error: z.string().optional(),
    error_code: z.string().optional(),
  }),
  metadata: z.object({ agent: z.string(), action: z.string(), request_id: z.string() }),
});
const dropPoint = z.object({ value: z.number(), tags: z.object({ scenario: z.string().optional() }) });

/** The load's part, as the scripts name their k6 scenarios. */
export type LoadPart = 'warm_up' | 'measured';

export type K6Point =
  | {
      readonly kind: 'request';
      readonly part: LoadPart;
      /** When the request began. */
      readonly atMs: number;
      readonly latencyMs: number;
      /** Null where no answer came. */
      readonly status: number | null;
      readonly error: string | null;
      readonly agent: string;
      readonly action: string;
      readonly requestId: string;
    }
  | { readonly kind: 'drop'; readonly part: LoadPart; readonly count: number };

const REQUEST = '{"metric":"http_req_duration","type":"Point","data":';
const DROP = '{"metric":"dropped_iterations","type":"Point","data":';

/**
 * One line of `--out json`, null where it is none of ours. Thirteen lines come for each request: only
 * the one that is wanted is parsed. Requests of the preparation carry no part, and are left out.
 */
export function readK6Point(line: string): K6Point | null {
  if (line.startsWith(REQUEST)) return requestIn(dataOf(line));
  if (line.startsWith(DROP)) return dropIn(dataOf(line));
  return null;
}

function requestIn(data: unknown): K6Point | null {
  const { data: point } = requestPoint.safeParse(data);
  const part = partOf(point?.tags.scenario);
  if (!point || !part) return null;
  const { tags, metadata, value } = point;
  const status = Number(tags.status ?? '0');
  return {
    kind: 'request',
    part,
    // k6 gives the instant at which the answer had been read.
    atMs: Date.parse(point.time) - value,
    latencyMs: value,
    status: status === 0 ? null : status,
    error: status === 0 ? `k6-${tags.error_code || 'unknown'}: ${(tags.error ?? '').slice(0, 100)}` : null,
    agent: metadata.agent,
    action: metadata.action,
    requestId: metadata.request_id,
  };
}

function dropIn(data: unknown): K6Point | null {
  const { data: point } = dropPoint.safeParse(data);
  const part = partOf(point?.tags.scenario);
  return point && part ? { kind: 'drop', part, count: point.value } : null;
}

function partOf(scenario: string | undefined): LoadPart | null {
  return scenario === 'warm_up' || scenario === 'measured' ? scenario : null;
}

function dataOf(line: string): unknown {
  try {
    const envelope: unknown = JSON.parse(line);
    return typeof envelope === 'object' && envelope !== null && 'data' in envelope ? envelope.data : null;
  } catch {
    // A k6 that was killed leaves its last line torn.
    return null;
  }
}
