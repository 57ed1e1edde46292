import { z } from 'zod';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['VAULT_DEV_ROOT_TOKEN_ID'] as const;

const environment = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(0),
  BIND_ADDRESS: z.union([z.ipv4(), z.ipv6()]).default('127.0.0.1'),
  /** As for `vault server -dev`: the token that may do everything. */
  VAULT_DEV_ROOT_TOKEN_ID: z.string().min(16),
  /** Where the audit goes; nothing is audited where it is left out. */
  LEDGER_FILE: z.string().startsWith('/').optional(),
});

export interface VaultConfig {
  readonly port: number;
  readonly bindAddress: string;
  readonly rootToken: string;
  readonly ledgerFile: string | undefined;
}

export function loadConfig(env: NodeJS.ProcessEnv): VaultConfig {
  const parsed = environment.parse(env);
  return Object.freeze({
    port: parsed.PORT,
    bindAddress: parsed.BIND_ADDRESS,
    rootToken: parsed.VAULT_DEV_ROOT_TOKEN_ID,
    ledgerFile: parsed.LEDGER_FILE,
  });
}
