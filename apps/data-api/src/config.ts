import { z } from 'zod';

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  /** PostgREST's Unix socket. */
  POSTGREST_SOCKET: z.string().min(1),
  /** The secret that PostgREST verifies tokens with; the gateway signs with it for `service_role`. */
  POSTGREST_JWT_SECRET: z.string().min(32),
  PUBLISHABLE_KEY: z.string().min(16),
  SECRET_KEY: z.string().min(16),
  LEDGER_FILE: z.string().min(1),
});

export interface DataApiConfig {
  readonly port: number;
  readonly postgrestSocket: string;
  readonly postgrestJwtSecret: string;
  readonly publishableKey: string;
  readonly secretKey: string;
  readonly ledgerFile: string;
}

export function loadConfig(env: NodeJS.ProcessEnv): DataApiConfig {
  const parsed = environment.parse(env);
  return Object.freeze({
    port: parsed.PORT,
    postgrestSocket: parsed.POSTGREST_SOCKET,
    postgrestJwtSecret: parsed.POSTGREST_JWT_SECRET,
    publishableKey: parsed.PUBLISHABLE_KEY,
    secretKey: parsed.SECRET_KEY,
    ledgerFile: parsed.LEDGER_FILE,
  });
}
