import { z } from 'zod';

const sockets = z
  .string()
  .transform((list) => list.split(','))
  .pipe(z.array(z.string().startsWith('/')).min(1));
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hexadecimal digits');

const settings = z.object({
  /** The operator's sockets of one or more issuers, joined by commas: the first that answers is asked. */
  ISSUER_ADMIN_SOCKETS: sockets,
  SCENARIO_FILE: z.string().min(1),
  SEED: z.string().min(1),
  AGENTS: z.coerce.number().int().min(1),
  /** How many agents are a process of their own, each beside a sidecar of its own. */
  PROCESSES: z.coerce.number().int().min(0).max(100),
  /** Callers of the load generator; it gets no policy where there are none. */
  LOAD_AGENTS: z.coerce.number().int().min(0).max(10_000).default(0),
  /** The load generator's program, where it is known: else its node and user alone tell it. */
  LOAD_PROGRAM_SHA256: z.union([z.literal('').transform(() => undefined), sha256]).optional(),
  /** The names by which callers may know the network, joined by commas. */
  NETWORK_DNS_NAMES: z
    .string()
    .default('localhost')
    .transform((names) => names.split(',')),
  /** The user that workloads run as. */
  WORKLOAD_UID: z.coerce.number().int().min(1),
  /** Holds `<app>/main.js` of each app that earns an identity, as its image runs it. */
  ATTESTED_FOLDER: z.string().startsWith('/'),
  /** Where sidecars attest containers: the image of agents in processes of their own, and whom to ask its digest. */
  AGENT_IMAGE: z.string().min(1).optional(),
  DOCKER_FACTS_SOCKET: z.string().startsWith('/').optional(),
  /** Holds a folder for each node, which is that sidecar's own volume. */
  JOIN_FOLDER: z.string().startsWith('/'),
  JOIN_TOKEN_TTL_SECONDS: z.coerce.number().min(10).max(86_400).default(3600),
});
const config = settings.refine(
  (given) => (given.AGENT_IMAGE === undefined) === (given.DOCKER_FACTS_SOCKET === undefined),
  'AGENT_IMAGE and DOCKER_FACTS_SOCKET need each other',
);
export type Config = Readonly<z.infer<typeof config>>;

/** Reads the environment once; what is missing or out of range ends the start with its name. */
export function loadConfig(env: NodeJS.ProcessEnv): Config {
  return Object.freeze(config.parse(env));
}
