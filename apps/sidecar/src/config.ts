import { parseSpiffeId } from '@blastradius/spiffe';
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
  /** Opens the egress proxy on this port of loopback; 0 takes any free one. */
  EGRESS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** The one server it sends to, and whom that has to prove to be. */
  EGRESS_UPSTREAM_URL: z.url({ protocol: /^https$/ }).optional(),
  EGRESS_UPSTREAM_SPIFFE_ID: z.string().optional(),
});

export interface SidecarConfig {
  readonly issuerUrl: string;
  readonly trustDomain: string;
  readonly joinToken: string;
  readonly bootstrapAuthorities: readonly Uint8Array[];
  readonly workloadApiSocket: string;
  readonly egress: EgressConfig | undefined;
}

export interface EgressConfig {
  readonly port: number;
  readonly upstream: { readonly origin: string; readonly spiffeId: string };
}

export function loadConfig(variables: NodeJS.ProcessEnv): SidecarConfig {
  const parsed = environment.parse(variables);
  return Object.freeze({
    issuerUrl: parsed.ISSUER_URL,
    trustDomain: parsed.TRUST_DOMAIN,
    joinToken: parsed.JOIN_TOKEN,
    bootstrapAuthorities: parsed.BOOTSTRAP_BUNDLE.map((authority) => Buffer.from(authority, 'base64')),
    workloadApiSocket: parsed.WORKLOAD_API_SOCKET,
    egress: egressOf(parsed),
  });
}

function egressOf(parsed: z.infer<typeof environment>): EgressConfig | undefined {
  const { EGRESS_PORT: port, EGRESS_UPSTREAM_URL: url, EGRESS_UPSTREAM_SPIFFE_ID: spiffeId } = parsed;
  if (port === undefined) return undefined;
  if (url === undefined || spiffeId === undefined) {
    throw new TypeError('EGRESS_PORT needs EGRESS_UPSTREAM_URL and EGRESS_UPSTREAM_SPIFFE_ID');
  }
  const { origin, pathname, search } = new URL(url);
  if (pathname !== '/' || search !== '') {
    throw new TypeError("EGRESS_UPSTREAM_URL is a server without a path: the path is the caller's");
  }
  if (parseSpiffeId(spiffeId).trustDomain !== parsed.TRUST_DOMAIN) {
    throw new TypeError(
      'EGRESS_UPSTREAM_SPIFFE_ID is not of TRUST_DOMAIN: there is no bundle to check it by',
    );
  }
  return Object.freeze({ port, upstream: Object.freeze({ origin, spiffeId }) });
}
