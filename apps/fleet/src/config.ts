import { z } from 'zod';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['NETWORK_CERTIFICATE_PEM'] as const;

const networkUrl = z.url({ protocol: /^https$/ });

const environment = z.object({
  NETWORK_URL: networkUrl,
  SCENARIO_FILE: z.string().min(1),
  SEED: z.string().min(1),
  AGENTS: z.coerce.number().int().min(1),
  /** Names as a JSON array, or all that the population gives to the shared process. */
  HOSTED: z.union([z.literal('multiplexed'), z.string().transform(parseNames)]),
  HOSTING: z.enum(['process', 'multiplexed']),
  LEDGER_FILE: z.string().min(1),
});

const staticKeyArm = z.object({ ARM: z.literal('static-key'), NETWORK_CERTIFICATE_PEM: z.string().min(1) });
const x509SvidArm = z.object({
  ARM: z.literal('x509-svid'),
  TRUST_DOMAIN: z.string().min(1),
  NETWORK_SPIFFE_ID: z.string().min(1),
  SPIFFE_ENDPOINT_SOCKET: z.string().min(1),
});

const config = environment.and(z.discriminatedUnion('ARM', [staticKeyArm, x509SvidArm]));
export type Config = Readonly<z.infer<typeof config>>;

export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return Object.freeze(config.parse(env));
}

function parseNames(text: string, context: z.RefinementCtx): string[] {
  try {
    return z.array(z.string()).min(1).parse(JSON.parse(text));
  } catch {
    context.addIssue({ code: 'custom', message: 'must be "multiplexed" or a JSON array of names' });
    return z.NEVER;
  }
}
