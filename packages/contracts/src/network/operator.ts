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

/** `POST /operator/agents/:name/key`: hands the new key, or keys, to the agent's verified owner. */
export const ownerKeyAnswer = z.object({
  agent: z.string(),
  apiKey: z.string(),
  /** Where keys have scopes: the one that may write; `apiKey` may then only read. */
  writeKey: z.string().optional(),
});

/** `PUT /operator/key-rotation`: from now on every key is replaced once a period; asking again changes nothing. */
export const keyRotation = z.object({
  periodSeconds: z.number().positive(),
  /** How long the key before is still taken; 0 for not at all. */
  overlapSeconds: z.number().min(0),
});

/** `GET /operator/replaced-keys?afterMs=`: for the operator's own distribution, oldest first. */
export const replacedKeysAnswer = z.object({
  keys: z.array(z.object({ agent: z.string(), apiKey: z.string(), atMs: z.number() })),
});

/**
 * `POST /operator/revocations`: from now on the network refuses these X509-SVIDs, also after a restart, and
 * closes their connections. Idempotent; nothing is taken back by it. 409 in the arms without a deny list.
 */
export const revocationOrder = z.strictObject({
  reason: z.string().min(1).max(200),
  /** Of single SVIDs, hex in lower case. */
  serials: z
    .array(z.string().regex(/^[0-9a-f]{1,40}$/))
    .max(100_000)
    .default([]),
  /** All SVIDs of an identity that begin before the moment (epoch milliseconds; an issuer backdates a little). */
  identities: z
    .array(z.strictObject({ spiffeId: z.string().startsWith('spiffe://'), issuedBeforeMs: z.number() }))
    .max(100_000)
    .default([]),
});
export type RevocationOrder = z.input<typeof revocationOrder>;
export const revocationAnswer = z.object({
  serials: z.number().int(),
  identities: z.number().int(),
  connectionsClosed: z.number().int(),
});
export type RevocationAnswer = z.output<typeof revocationAnswer>;
