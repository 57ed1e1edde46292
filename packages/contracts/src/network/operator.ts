import { z } from 'zod';

/**
 * The network's API for its operator: HTTP + JSON on a Unix socket that only the network's own
 * user may open.
 */

/** `POST /operator/key-resets`: resets the key of every agent, in batches, as a background job. */
export const keyResetAnswer = z.object({ campaignId: z.string() });

/** `GET /operator/key-resets/:campaignId` */
export const keyResetStatus = z.object({
  campaignId: z.string(),
  state: z.enum(['running', 'finished']),
  agents: z.number().int(),
  reset: z.number().int(),
  /** Agents reset so far, with the moment (epoch milliseconds) at which the old key ended. */
  resets: z.array(z.object({ agent: z.string(), atMs: z.number() })),
});

/** `POST /operator/agents/:name/key`: hands the new key to the agent's verified owner. */
export const ownerKeyAnswer = z.object({ agent: z.string(), apiKey: z.string() });
