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
  /** These agents reach the network through the proxy; names as a JSON array. */
  HTTPS_PROXY: z.url({ protocol: /^http$/ }).optional(),
  BEHIND_PROXY: z.string().default('[]').transform(parseNamesOrNone),
  /** `at-once`: enrols and lives by itself, on a clock that starts now; else it waits to be told. */
  FLEET_START: z.enum(['at-once', 'commanded']).default('commanded'),
  /** Incident seconds in one real second; for a clock of its own. */
  TIME_SCALE: z.coerce.number().positive().default(1),
});

const keyArm = z.object({
  ARM: z.enum(['static-key', 'hashed-key']),
  NETWORK_CERTIFICATE_PEM: z.string().min(1),
  /** Read again when it changes: a network that is started anew makes itself a new certificate. */
  NETWORK_CERTIFICATE_PEM_FILE: z.string().min(1).optional(),
  CREDENTIALS_FILE: z.string().min(1).optional(),
});
const identityArm = z.object({
  ARM: z.enum(['jwt-svid', 'wit-svid', 'x509-svid']),
  TRUST_DOMAIN: z.string().min(1),
  NETWORK_SPIFFE_ID: z.string().min(1),
  SPIFFE_ENDPOINT_SOCKET: z.string().min(1),
});

const config = environment.and(z.discriminatedUnion('ARM', [keyArm, identityArm]));
export type Config = Readonly<z.infer<typeof config>>;

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return Object.freeze(config.parse(env));
}

function parseNamesOrNone(text: string, context: z.RefinementCtx): string[] {
  return text === '[]' ? [] : parseNames(text, context);
}

/** The proxy that the agent goes through, if it does. */
export function proxyOf({ HTTPS_PROXY, BEHIND_PROXY }: Config): (agent: string) => string | undefined {
  const behind = new Set(BEHIND_PROXY);
  return (agent) => (behind.has(agent) ? HTTPS_PROXY : undefined);
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
