import { parseSpiffeId } from '@blastradius/spiffe';
import { WORKLOAD_ATTESTORS, type WorkloadAttestorsOptions } from '@blastradius/workload-api';
import { z } from 'zod';
import type { EgressRoute } from './egress/egress-route.ts';
import { readRouteFile } from './egress/route-file.ts';
import type { FileOutput } from './file-writer/file-output.ts';
import { readOutputFile } from './file-writer/output-file.ts';
import type { Supplied } from './issuer-client/join-tokens.ts';
import type { Admission } from './issuer-client/join-trust-domain.ts';

const issuerUrl = z.url({ protocol: /^https$/ });
const file = z.string().startsWith('/');

const environment = z.object({
  /** One or more, joined by commas: issuers that share their state. */
  ISSUER_URL: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(issuerUrl).min(1)),
  TRUST_DOMAIN: z.string().regex(/^[a-z0-9._-]{1,255}$/),
  /** One-time; from the issuer's operator. */
  JOIN_TOKEN: z.string().min(1).optional(),
  /** Or a file that the operator fills: it is taken away when it is read, and waited for when it is not there. */
  JOIN_TOKEN_FILE: file.optional(),
  /**
   * Or the certificate that the operator's CA has issued to this node, with what lies between, and its key
   * (x509pop). PEM; can be shown again, so that a sidecar comes back with no human.
   */
  X509POP_CERTIFICATE_FILE: file.optional(),
  X509POP_KEY_FILE: file.optional(),
  /** The authorities to trust before the first bundle: base64 of DER, joined by commas. */
  BOOTSTRAP_BUNDLE: z
    .string()
    .refine((value) => value.split(',').every((one) => z.base64().min(1).safeParse(one).success))
    .optional(),
  BOOTSTRAP_BUNDLE_FILE: file.optional(),
  WORKLOAD_API_SOCKET: file,
  /** Opens the SPIFFE Broker API, which is incubating, on this socket. */
  BROKER_API_SOCKET: file.optional(),
  /** What callers are attested by, joined by commas. */
  WORKLOAD_ATTESTORS: z
    .string()
    .default('unix,interpreter')
    .transform((names) => names.split(','))
    .pipe(z.array(z.enum(WORKLOAD_ATTESTORS)).min(1)),
  /** Where `docker` asks about containers: deploy/container-facts.mjs, never the engine itself. */
  DOCKER_FACTS_SOCKET: file.optional(),
  /** Whose engine that is: 0 for the host's own, or the user of a rootless one. */
  DOCKER_ENGINE_UID: z.coerce.number().int().min(0).default(0),
  /** Whether the WIT-SVID profile of the Workload API, which is incubating, is served. */
  WIT_SVIDS: z.enum(['off', 'on']).default('off'),
  /** Opens the egress proxy on this port of loopback; 0 takes any free one. */
  EGRESS_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
  /** Its routes, YAML or JSON. */
  EGRESS_ROUTES_FILE: file.optional(),
  /** Or the one server it sends to, and whom that has to prove to be. */
  EGRESS_UPSTREAM_URL: z.url({ protocol: /^https$/ }).optional(),
  EGRESS_UPSTREAM_SPIFFE_ID: z.string().optional(),
  /** What the file writer writes, YAML or JSON. */
  FILE_OUTPUTS_FILE: file.optional(),
  /** Where refused calls are written down. */
  LEDGER_FILE: file.optional(),
});
type Environment = z.infer<typeof environment>;

export interface SidecarConfig {
  readonly issuerUrls: readonly string[];
  readonly trustDomain: string;
  readonly admission: Admission;
  readonly workloadApiSocket: string;
  readonly brokerApiSocket?: string | undefined;
  /** By user and script where it is left out. */
  readonly attestation?: Omit<WorkloadAttestorsOptions, 'logger'>;
  readonly witSvids: 'off' | 'on';
  readonly egress: EgressConfig | undefined;
  readonly fileOutputs: readonly FileOutput[];
  readonly ledgerFile?: string | undefined;
}

export interface EgressConfig {
  readonly port: number;
  readonly routes: readonly EgressRoute[];
}

export function loadConfig(variables: NodeJS.ProcessEnv): SidecarConfig {
  const parsed = environment.parse(variables);
  return Object.freeze({
    issuerUrls: Object.freeze(parsed.ISSUER_URL),
    trustDomain: parsed.TRUST_DOMAIN,
    admission: Object.freeze({
      ...admissionOf(parsed),
      bootstrapBundle: supplied(parsed, 'BOOTSTRAP_BUNDLE'),
    }),
    workloadApiSocket: parsed.WORKLOAD_API_SOCKET,
    brokerApiSocket: parsed.BROKER_API_SOCKET,
    attestation: attestationOf(parsed),
    witSvids: parsed.WIT_SVIDS,
    egress: egressOf(parsed),
    fileOutputs: parsed.FILE_OUTPUTS_FILE === undefined ? [] : readOutputFile(parsed.FILE_OUTPUTS_FILE),
    ledgerFile: parsed.LEDGER_FILE,
  });
}

/** By one means alone, as below. */
function admissionOf(parsed: Environment) {
  const { X509POP_CERTIFICATE_FILE: certificateFile, X509POP_KEY_FILE: keyFile } = parsed;
  if (certificateFile === undefined && keyFile === undefined) {
    return { joinToken: supplied(parsed, 'JOIN_TOKEN') };
  }
  if (certificateFile === undefined || keyFile === undefined) {
    throw new TypeError('X509POP_CERTIFICATE_FILE and X509POP_KEY_FILE go together');
  }
  if (parsed.JOIN_TOKEN !== undefined || parsed.JOIN_TOKEN_FILE !== undefined) {
    throw new TypeError('set either a join token or X509POP_CERTIFICATE_FILE');
  }
  return { nodeCertificate: Object.freeze({ certificateFile, keyFile }) };
}

/** By value or by file, and not by both: which one counts should be nobody's guess. */
function supplied(parsed: Environment, name: 'JOIN_TOKEN' | 'BOOTSTRAP_BUNDLE'): Supplied {
  const { [name]: value, [`${name}_FILE` as const]: path } = parsed;
  if (value !== undefined && path === undefined) return { value };
  if (value === undefined && path !== undefined) return { file: path };
  const others = name === 'JOIN_TOKEN' ? ' (or X509POP_CERTIFICATE_FILE and X509POP_KEY_FILE)' : '';
  throw new TypeError(`set either ${name} or ${name}_FILE${others}`);
}

function attestationOf(parsed: Environment): Omit<WorkloadAttestorsOptions, 'logger'> {
  const {
    WORKLOAD_ATTESTORS: names,
    DOCKER_FACTS_SOCKET: factsSocket,
    DOCKER_ENGINE_UID: engineUid,
  } = parsed;
  if (names.includes('docker') !== (factsSocket !== undefined)) {
    throw new TypeError('the attestor docker and DOCKER_FACTS_SOCKET need each other');
  }
  return Object.freeze({
    names,
    ...(factsSocket === undefined ? {} : { docker: { factsSocket, engineUid } }),
  });
}

function egressOf(parsed: Environment): EgressConfig | undefined {
  const { EGRESS_PORT: port, EGRESS_ROUTES_FILE: path, EGRESS_UPSTREAM_URL: url } = parsed;
  if (port === undefined) return undefined;
  if ((path === undefined) === (url === undefined)) {
    throw new TypeError('EGRESS_PORT needs either EGRESS_ROUTES_FILE or EGRESS_UPSTREAM_URL');
  }
  return Object.freeze({ port, routes: path === undefined ? [onlyRoute(parsed)] : readRouteFile(path) });
}

/** Every request of every caller that has an identity goes to the one upstream, and shows its X509-SVID. */
function onlyRoute(parsed: Environment): EgressRoute {
  const { EGRESS_UPSTREAM_URL: url, EGRESS_UPSTREAM_SPIFFE_ID: spiffeId, TRUST_DOMAIN: own } = parsed;
  if (url === undefined || spiffeId === undefined) {
    throw new TypeError('EGRESS_UPSTREAM_URL needs EGRESS_UPSTREAM_SPIFFE_ID');
  }
  const { origin, pathname, search } = new URL(url);
  if (pathname !== '/' || search !== '') {
    throw new TypeError("EGRESS_UPSTREAM_URL is a server without a path: the path is the caller's");
  }
  if (parseSpiffeId(spiffeId).trustDomain !== own) {
    throw new TypeError(
      'EGRESS_UPSTREAM_SPIFFE_ID is not of TRUST_DOMAIN: there is no bundle to check it by',
    );
  }
  return {
    name: 'upstream',
    match: { host: 'any', pathPrefix: '/', stripPrefix: false },
    origin,
    server: { kind: 'spiffe-id', spiffeId },
    credential: { kind: 'x509-svid' },
    callers: [`spiffe://${own}/*`],
  };
}
