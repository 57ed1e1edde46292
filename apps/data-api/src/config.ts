import { z } from 'zod';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['POSTGREST_JWT_SECRET', 'PUBLISHABLE_KEY', 'SECRET_KEY'] as const;

const environment = z
  .object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(0),
    BIND_ADDRESS: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
    /** The DNS names for its certificate, joined by commas. */
    SERVER_NAMES: z
      .string()
      .default('localhost')
      .transform((names) => names.split(',')),
    /** Where PostgREST serves: a Unix socket, or a URL. */
    POSTGREST_SOCKET: z.string().min(1).optional(),
    POSTGREST_URL: z.url({ protocol: /^http$/ }).optional(),
    /** The secret that PostgREST verifies tokens with; the gateway signs with it for `service_role`. */
    POSTGREST_JWT_SECRET: z.string().min(32),
    PUBLISHABLE_KEY: z.string().min(16),
    SECRET_KEY: z.string().min(16),
    /** `pass`: where PostgREST itself knows whose a token is, the caller's own goes through. */
    CALLER_TOKENS: z.enum(['drop', 'pass']).default('drop'),
    LEDGER_FILE: z.string().min(1),
  })
  .refine(
    ({ POSTGREST_SOCKET: socket, POSTGREST_URL: url }) => (socket === undefined) !== (url === undefined),
    'give one of POSTGREST_SOCKET and POSTGREST_URL',
  );

/** How the gateway reaches PostgREST. */
export type PostgrestAddress = { readonly socketPath: string } | { readonly url: string };

export interface DataApiConfig {
  readonly port: number;
  readonly bindAddress: string;
  readonly serverNames: readonly string[];
  readonly postgrest: PostgrestAddress;
  readonly postgrestJwtSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly callerTokens: 'drop' | 'pass';
  readonly ledgerFile: string;
}

export function loadConfig(env: NodeJS.ProcessEnv): DataApiConfig {
  const parsed = environment.parse(env);
  return Object.freeze({
    port: parsed.PORT,
    bindAddress: parsed.BIND_ADDRESS,
    serverNames: parsed.SERVER_NAMES,
    postgrest:
      parsed.POSTGREST_URL === undefined
        ? { socketPath: parsed.POSTGREST_SOCKET ?? '' }
        : { url: parsed.POSTGREST_URL },
    postgrestJwtSecret: parsed.POSTGREST_JWT_SECRET,
    publishableKey: parsed.PUBLISHABLE_KEY,
    secretKey: parsed.SECRET_KEY,
    callerTokens: parsed.CALLER_TOKENS,
    ledgerFile: parsed.LEDGER_FILE,
  });
}
