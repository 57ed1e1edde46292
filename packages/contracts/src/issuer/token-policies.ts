import { z } from 'zod';

/** How a client may ask the token endpoint for an access token, as OAuth's `grant_type` without its prefix. */
export const tokenGrant = z.enum(['client_credentials', 'jwt-bearer', 'token-exchange']);
export type TokenGrant = z.infer<typeof tokenGrant>;

/** A SPIFFE ID, or all below a path: `spiffe://moltbook.test/agent/*`. The trust domain is always said. */
export const workloadPattern = z
  .string()
  .max(2048)
  .regex(/^spiffe:\/\/[a-z0-9._-]{1,255}(\/[A-Za-z0-9._-]+)*\/([A-Za-z0-9._-]+|\*)$/, {
    error: 'is no SPIFFE ID with a path, and no such path with /* at its end',
  });

/** RFC 6749, section 3.3. */
export const scopeToken = z
  .string()
  .max(256)
  .regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/);

/** The longest that an access token may live. */
export const accessTokenTtlSecondsMax = 3600;

/** What one client may ask the token endpoint for. What no policy says is not allowed. */
export const tokenPolicy = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,64}$/),
  /** Whom the policy is about, as client and as a party of a delegation. */
  client: workloadPattern,
  grants: z.array(tokenGrant).default([]),
  /** Resource servers and workloads that tokens may be for, as `resource` or `audience` names them. */
  audiences: z.array(z.string().min(1).max(2048)).max(256).default([]),
  scopes: z.array(scopeToken).max(256).default([]),
  ttlSecondsMax: z.number().int().min(1).max(accessTokenTtlSecondsMax).default(300),
  /** In whose name this client may act, and is named as the actor. */
  mayActFor: z.array(workloadPattern).max(256).default([]),
  /** In whose name this client may ask for tokens without being named as the actor. */
  mayImpersonate: z.array(workloadPattern).max(256).default([]),
  /** How many may act one after the other where this workload is the subject or one of the actors. */
  delegationDepthMax: z.number().int().min(0).max(8).default(0),
  /** Whether tokens may be bearer tokens, which work for whoever has them. */
  bearer: z.boolean().default(false),
});
export type TokenPolicy = z.infer<typeof tokenPolicy>;

/** `PUT /admin/token-policies` replaces the whole set at once; `GET` answers the same shape. */
export const tokenPolicies = z.strictObject({ policies: z.array(tokenPolicy).max(10_000) });
export type TokenPolicies = z.infer<typeof tokenPolicies>;

export const tokenPoliciesAnswer = z.object({ policies: z.number().int() });
