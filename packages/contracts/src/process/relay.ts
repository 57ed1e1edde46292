import { z } from 'zod';

/**
 * One answer of the program that makes requests to an operator's API inside a container, as a line on
 * its stdout; the request went to its stdin as `{id, method, path, body}`.
 */
export const relayedAnswer = z.object({
  id: z.number(),
  /** Absent where there was no answer; `error` says why. */
  status: z.number().optional(),
  body: z.unknown().optional(),
  error: z.string().optional(),
});
