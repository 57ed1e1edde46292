import { z } from 'zod';

/**
 * Where the thief stands when it begins: a place in the running world, and never what lies there.
 * What it gets is what it finds.
 */
export const foothold = z.discriminatedUnion('leak', [
  /** The public page alone; its script says where the hole is. */
  z.object({ leak: z.literal('open-database') }),
  /** A copy of the database in a file that anyone could fetch; written by the world at its minute. */
  z.object({ leak: z.literal('database-dump'), file: z.string().min(1) }),
  /** The log of a proxy or a collector, which keeps requests with their headers. */
  z.object({ leak: z.literal('request-logs'), file: z.string().min(1) }),
  /** The private messages alone, through the open database. */
  z.object({ leak: z.literal('direct-messages') }),
  /** A process of the agents' own user on their host: which processes it sees there, and their files. */
  z.object({ leak: z.literal('agent-memory'), pids: z.array(z.int().positive()).min(1) }),
  /** A process on the agents' host that finds the sidecar's socket. */
  z.object({ leak: z.literal('sidecar-socket'), workloadApiSocket: z.string().min(1) }),
  /** The host as root: all its processes, and the socket where there is one. */
  z.object({
    leak: z.literal('host-root'),
    pids: z.array(z.int().positive()).min(1),
    workloadApiSocket: z.string().min(1).nullable(),
  }),
  /** The vault's address and the file in which an agent's host keeps its bootstrap secret. */
  z.object({
    leak: z.literal('vault-bootstrap-secret'),
    vaultUrl: z.url(),
    secretFile: z.string().min(1),
  }),
  /** The issuer's process: its memory is where its keys are. */
  z.object({ leak: z.literal('issuer-signing-key'), pid: z.int().positive() }),
  /** The way between agents and network goes through here. */
  z.object({
    leak: z.literal('man-in-the-middle'),
    listenPort: z.int(),
    networkUrl: z.url(),
    /** Of the proxy that inspects the company's traffic, and that agents may have been told to trust. */
    certificatePem: z.string().min(1),
    privateKeyPem: z.string().min(1),
  }),
  /** The disk of an agent that was retired. */
  z.object({ leak: z.literal('retired-agent'), file: z.string().min(1) }),
  /** The network's open pages: what the thief writes there, agents read. */
  z.object({ leak: z.literal('prompt-injection') }),
  /** Nobody stole anything. */
  z.object({ leak: z.literal('issuer-outage') }),
]);
export type Foothold = z.infer<typeof foothold>;
export type FootholdFor<L extends Foothold['leak']> = Extract<Foothold, { leak: L }>;
