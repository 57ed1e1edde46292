import { z } from 'zod';

/** What may come from a file that `<NAME>_FILE` names. */
export const SECRETS = ['JOIN_TOKEN', 'BOOTSTRAP_BUNDLE'] as const;

const environment = z.object({
  ISSUER_URL: z.url({ protocol: /^https$/ }),
  TRUST_DOMAIN: z.string().regex(/^[a-z0-9._-]{1,255}$/),
  /** One-time; from the issuer's operator. */
  JOIN_TOKEN: z.string().min(1),
  /** The authorities to trust before the first bundle: base64 of DER, joined by commas. */
  BOOTSTRAP_BUNDLE: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(z.base64().min(1)).min(1)),
  WORKLOAD_API_SOCKET: z.string().startsWith('/'),
});

export interface SidecarConfig {
  readonly issuerUrl: string;
  readonly trustDomain: string;
  readonly joinToken: string;
  readonly bootstrapAuthorities: readonly Uint8Array[];
  readonly workloadApiSocket: string;
}

export function loadConfig(variables: NodeJS.ProcessEnv): SidecarConfig {
  const parsed = environment.parse(variables);
  return Object.freeze({
    issuerUrl: parsed.ISSUER_URL,
    trustDomain: parsed.TRUST_DOMAIN,
    joinToken: parsed.JOIN_TOKEN,
    bootstrapAuthorities: parsed.BOOTSTRAP_BUNDLE.map((authority) => Buffer.from(authority, 'base64')),
    workloadApiSocket: parsed.WORKLOAD_API_SOCKET,
  });
}
