import { z } from 'zod';

/**
 * How a process of the range talks to whoever started it: one JSON object a line. Events leave
 * on stdout, commands come in on stdin; the log goes to stderr. The end of stdin means that the
 * starter is gone, and the process ends as well, so that nothing is left behind.
 */
export const readyEvent = z.object({
  event: z.literal('ready'),
  /** Where it listens, if it does: `https://127.0.0.1:4711`. */
  url: z.string().optional(),
  /** The certificate a caller has to trust, where the server made its own. */
  certificatePem: z.string().optional(),
  /** Sidecar: where its egress proxy listens, if it has one: `http://127.0.0.1:8090`. */
  egressUrl: z.string().optional(),
});

export const progressEvent = z.object({
  event: z.literal('progress'),
  phase: z.string(),
  counts: z.record(z.string(), z.number()),
});
export const enrolledEvent = z.object({
  event: z.literal('enrolled'),
  agents: z.number().int(),
});
export const doneEvent = z.object({ event: z.literal('done') });
export const failedEvent = z.object({ event: z.literal('failed'), code: z.string(), message: z.string() });

export const processEvent = z.discriminatedUnion('event', [
  readyEvent,
  progressEvent,
  enrolledEvent,
  doneEvent,
  failedEvent,
]);
export type ProcessEvent = z.infer<typeof processEvent>;

export const processCommand = z.discriminatedUnion('command', [
  /** Fleet: create the accounts. */
  z.object({ command: z.literal('enrol') }),
  /** Fleet and attacker: live by the plan, on this clock, until the scenario's last minute. */
  z.object({
    command: z.literal('live'),
    clock: z.object({ startedAtMs: z.number(), startMinute: z.number(), timeScale: z.number() }),
  }),
  /** Fleet: an agent's owner has configured the new key. */
  z.object({ command: z.literal('configure'), agent: z.string(), apiKey: z.string() }),
  /** Fleet: the network was started anew with a new certificate of its own. */
  z.object({ command: z.literal('trust'), certificatePem: z.string() }),
  /** Fleet: write the agent's current credential (SVID and key, API key) to a file, as a careless backup would. */
  z.object({ command: z.literal('back-up-svid'), agent: z.string(), file: z.string() }),
  /** Fleet: the agent writes in a private message what it can show of its credential. */
  z.object({ command: z.literal('share-credential'), agent: z.string(), to: z.array(z.string()).min(1) }),
  /** Fleet: the agent is taken out of service; nobody tells the network. */
  z.object({ command: z.literal('retire'), agent: z.string() }),
  z.object({ command: z.literal('stop') }),
]);
export type ProcessCommand = z.infer<typeof processCommand>;
