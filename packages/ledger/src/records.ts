import { z } from 'zod';

/**
 * What really happened, written down by whoever did it. Every record carries `atMs` (wall time,
 * epoch milliseconds); incident minutes are computed later from the run's clock. No record holds
 * a secret: a credential is named by `credentialId`, the first 16 hex digits of its SHA-256.
 */
const base = { atMs: z.number() };

export const outcome = z.enum(['accepted', 'refused', 'failed']);
export type Outcome = z.infer<typeof outcome>;

/** How the attacker showed up at the door. */
export const presented = z.enum([
  'nothing',
  'publishable-key',
  'static-key',
  'scoped-keys',
  'key-hash',
  'spiffe-id-as-name',
  'rogue-ca-certificate',
  'rogue-signed-token',
  'rogue-access-token',
  'jwt-svid-from-backup',
  'wit-svid-from-backup',
  'access-token-from-backup',
  'expired-svid',
  // A victim that was talked into it has shown itself.
  'own-identity',
  // What lay where the leak of the run led to, shown as its owner shows it.
  'stolen-key',
  'stolen-jwt-svid',
  'stolen-wit-svid',
  'wit-svid-without-key',
  'stolen-x509-svid',
  'x509-svid-without-key',
  'stolen-access-token',
  'access-token-without-key',
  'replayed-request',
  // What a thief was given, or made for itself, by what it had got hold of.
  'workload-api-svid',
  'minted-svid',
  'minted-token',
]);
export type Presented = z.infer<typeof presented>;

/**
 * One attempt of the attacker. `vector` keeps damage through the hole (whatever the leak is: what is
 * done and read where it leads to) apart from damage with a stolen credential; `forges` is true where the attempt writes something in a victim's name.
 * `requestId` is the `x-request-id` that was sent, the key to the network's audit record.
 */
export const attackerRecord = z.object({
  ledger: z.literal('attacker'),
  ...base,
  requestId: z.string(),
  step: z.string(),
  technique: z.string(),
  vector: z.enum(['reconnaissance', 'hole', 'stolen-credential', 'confused-agent']),
  action: z.enum(['fetch', 'list-tables', 'read', 'take', 'write', 'validate', 'post', 'dm', 'edit-profile']),
  forges: z.boolean(),
  victim: z.string().nullable(),
  presented,
  outcome,
  status: z.number().int().nullable(),
  /** For reads through the hole: which table, how many rows came back. */
  table: z.string().optional(),
  rows: z.number().int().optional(),
  /** What the attempt yielded. */
  loot: z
    .object({
      /** Agents whose reusable credential (a secret that authenticates) was in the rows. */
      credentialsOf: z.array(z.string()).default([]),
      privateMessages: z.number().int().default(0),
      /** SHA-256 prefixes of the third-party secrets found, so that none is counted twice. */
      thirdPartySecrets: z.array(z.string()).default([]),
      emails: z.number().int().default(0),
    })
    .optional(),
});
export type AttackerRecord = z.infer<typeof attackerRecord>;

/** One honest request of an agent, as the agent saw it. */
export const agentRecord = z.object({
  ledger: z.literal('agents'),
  ...base,
  requestId: z.string(),
  agent: z.string(),
  /** `load` is an agent that exists to put load on the network: the load generator sends for it. */
  hosting: z.enum(['process', 'multiplexed', 'load']),
  action: z.string(),
  outcome,
  status: z.number().int().nullable(),
  latencyMs: z.number(),
  /**
   * Why a request failed without an answer (`ECONNREFUSED` and the like); `credential-missing (…)` where
   * the agent had no credential to send it with.
   */
  error: z.string().optional(),
  /** The post whose orders the agent followed; its owner wanted nothing of the kind. */
  talkedIntoBy: z.string().optional(),
  /** `credentialId` of a secret of its human that it gave away by this request. */
  gaveAway: z.string().optional(),
});
export type AgentRecord = z.infer<typeof agentRecord>;

/** One decision of the network's `admission`, and how the request ended. */
export const auditRecord = z.object({
  ledger: z.literal('audit'),
  ...base,
  requestId: z.string(),
  method: z.string(),
  /** The route's pattern (`/api/v1/posts/:id/upvote`), never the raw URL. */
  route: z.string(),
  decision: z.enum(['allowed', 'denied']),
  /** `ok`, `public`, or a stable code of why not (`admission.unknown-key`). */
  reason: z.string(),
  agent: z.string().nullable(),
  credentialId: z.string().nullable(),
  spiffeId: z.string().nullable(),
  certificateSerial: z.string().nullable(),
  /** Where a policy forbade it: which; empty where no policy permitted it. */
  policies: z.array(z.string()).optional(),
  sourceAddress: z.string(),
  sourcePort: z.number().int(),
  status: z.number().int(),
});
export type AuditRecord = z.infer<typeof auditRecord>;

/** One request that the open backend (data-api) answered. */
export const dataApiRecord = z.object({
  ledger: z.literal('data-api'),
  ...base,
  requestId: z.string(),
  method: z.string(),
  table: z.string(),
  /** `caller`: whoever the token that it showed says; PostgREST judges that. */
  role: z.enum(['anon', 'service_role', 'caller', 'none']),
  status: z.number().int(),
  sourceAddress: z.string(),
});
export type DataApiRecord = z.infer<typeof dataApiRecord>;

/** One act of the issuer. */
export const issuerRecord = z.object({
  ledger: z.literal('issuer'),
  ...base,
  event: z.enum([
    'node-attested',
    'node-refused',
    'svid-issued',
    'svid-refused',
    'authority-prepared',
    'authority-activated',
    'authority-tainted',
    'authority-revoked',
    'authority-retired',
    'access-token-issued',
    'access-token-refused',
    'policies-replaced',
    'token-policies-replaced',
    'federation-changed',
  ]),
  /** What was issued or refused, or what the authority signs; ledgers of old have X.509 alone. */
  kind: z.enum(['x509', 'jwt', 'wit', 'access-token']).default('x509'),
  spiffeId: z.string().nullable(),
  /** A certificate's serial number, a token's `jti`, or the `kid` of an authority that signs tokens. */
  serial: z.string().nullable(),
  policyId: z.string().nullable(),
  reason: z.string(),
  /** Who asked, as far as it had proved who it is: for an access token, or as a broker in a workload's place. */
  client: z.string().optional(),
  /** Of access tokens: who acts for `spiffeId`, the current actor first. */
  actors: z.array(z.string()).optional(),
  /** Of access tokens: whom they are for. */
  audience: z.array(z.string()).optional(),
});
export type IssuerRecord = z.infer<typeof issuerRecord>;

/** One call that a sidecar has refused; what it answers, it keeps no record of. */
export const sidecarRecord = z.object({
  ledger: z.literal('sidecar'),
  ...base,
  /** The gRPC method: `/SpiffeWorkloadAPI/FetchX509SVID`. */
  method: z.string(),
  /** The code of why (`workload-api.no-identity`); the caller never learns it. */
  reason: z.string(),
  /** Of the caller, by the kernel's word. */
  pid: z.int(),
});
export type SidecarRecord = z.infer<typeof sidecarRecord>;

/** One answer of the vault, as an audit device of Vault would have it: no secret, no token, not even hashed. */
export const vaultRecord = z.object({
  ledger: z.literal('vault'),
  ...base,
  requestId: z.string(),
  method: z.string(),
  /** Without `/v1/`. */
  path: z.string(),
  /** Whose token it was; null for a login, and where the token is nobody's. */
  role: z.string().nullable(),
  status: z.int(),
  sourcePort: z.int(),
});
export type VaultRecord = z.infer<typeof vaultRecord>;

/** What the operators, the owners and the machinery of the run did to the world. */
export const worldRecord = z.object({
  ledger: z.literal('world'),
  ...base,
  event: z.enum([
    'live-started',
    'agent-enrolled',
    'fix-applied',
    'key-reset-started',
    'credential-reset',
    'key-reset-finished',
    'owner-reconfigured',
    'containment-started',
    'containment-finished',
    'key-delivered',
    'revocation-ordered',
    'revocation-pushed',
    'agent-retired',
    'process-exited',
    'process-restarted',
    'live-ended',
  ]),
  /** The agent, the fix or the process that it is about. */
  subject: z.string().nullable(),
  detail: z.string(),
});
export type WorldRecord = z.infer<typeof worldRecord>;

export const ledgerRecord = z.discriminatedUnion('ledger', [
  attackerRecord,
  agentRecord,
  auditRecord,
  dataApiRecord,
  issuerRecord,
  sidecarRecord,
  vaultRecord,
  worldRecord,
]);
export type LedgerRecord = z.infer<typeof ledgerRecord>;
export type LedgerName = LedgerRecord['ledger'];
