import { leak } from '@blastradius/contracts';
import { z } from 'zod';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['NETWORK_CERTIFICATE_PEM'] as const;

const networkUrl = z.url({ protocol: /^https$/ });

const environment = z.object({
  NETWORK_URL: networkUrl,
  SCENARIO_FILE: z.string().min(1),
  SEED: z.string().min(1),
  AGENTS: z.coerce.number().int().min(1),
  /** How many agents are a process of their own, where it is not what the scenario says. */
  PROCESSES: z.coerce.number().int().min(0).optional(),
  /** Which agents this process carries; names as a JSON array. */
  HOSTED: z.union([
    z.enum(['all', 'multiplexed']),
    z.templateLiteral(['process-', z.int().positive()]),
    z.string().transform(parseNames),
  ]),
  HOSTING: z.enum(['process', 'multiplexed']),
  LEDGER_FILE: z.string().min(1),
  /** Which leak the run plays; only one of them is the agents' own doing. */
  LEAK: leak.default('open-database'),
  /** `at-once`: enrols and lives by itself, on a clock that starts now; else it waits to be told. */
  FLEET_START: z.enum(['at-once', 'commanded']).default('commanded'),
  /** Incident seconds in one real second; for a clock of its own. */
  TIME_SCALE: z.coerce.number().positive().default(1),
});

const dataApi = z.strictObject({
  url: networkUrl,
  publishableKey: z.string().min(1),
  certificatePem: z.string().min(1),
  /** Whom its tokens are made out to. */
  audience: z.string().startsWith('spiffe://'),
});

const keyArm = z.object({
  ARM: z.enum(['static-key', 'hashed-key', 'scoped-key', 'rotated-key']),
  NETWORK_CERTIFICATE_PEM: z.string().min(1),
  /** Read again when it changes: a network that is started anew makes itself a new certificate. */
  NETWORK_CERTIFICATE_PEM_FILE: z.string().min(1).optional(),
  CREDENTIALS_FILE: z.string().min(1).optional(),
});
const vaultArm = keyArm.extend({
  ARM: z.literal('vaulted-key'),
  VAULT_ADDR: z.url(),
  /** Secret zero: the role id and the secret id of this host, in a file that only its user may read. */
  VAULT_APPROLE_FILE: z.string().min(1),
  VAULT_POLL_SECONDS: z.coerce.number().positive(),
});
const identityArm = z.object({
  ARM: z.enum([
    'jwt-svid',
    'jwt-svid+rls',
    'wit-svid',
    'x509-svid',
    'x509-svid+policy',
    'x509-svid+revocation-push',
  ]),
  TRUST_DOMAIN: z.string().min(1),
  NETWORK_SPIFFE_ID: z.string().min(1),
  SPIFFE_ENDPOINT_SOCKET: z.string().min(1),
  /** The hosted backend, where it knows agents by their identity: JSON. */
  DATA_API: z
    .string()
    .transform((text) => dataApi.parse(JSON.parse(text)))
    .optional(),
});
const accessTokenArm = identityArm.extend({
  ARM: z.literal('jwt-svid+dpop'),
  /** The authorization server that gives agents their access tokens, `https://host[:port]`. */
  TOKEN_ISSUER: z.url({ protocol: /^https$/ }),
});

const config = environment.and(z.discriminatedUnion('ARM', [keyArm, vaultArm, identityArm, accessTokenArm]));
export type Config = Readonly<z.infer<typeof config>>;

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return Object.freeze(config.parse(env));
}

function parseNames(text: string, context: z.RefinementCtx): string[] {
  try {
    return z.array(z.string()).min(1).parse(JSON.parse(text));
  } catch {
    context.addIssue({
      code: 'custom',
      message: 'must be all, multiplexed, process-<n> or a JSON array of names',
    });
    return z.NEVER;
  }
}
