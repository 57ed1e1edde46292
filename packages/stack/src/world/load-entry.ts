/** Agents for whom one program, a load generator, sends: it is attested, and may speak for these alone. */
export interface LoadGenerator {
  readonly agents: readonly string[];
  /** What the sidecar attests of the program. */
  readonly selectors: readonly string[];
  /** Where the keys are led through their life: agents of another program, which use tokens. */
  readonly tokenAgents?: TokenAgentsEntry;
}

export interface TokenAgentsEntry {
  readonly agents: readonly string[];
  readonly selectors: readonly string[];
  /** Of the world's bundle: what revocations are measured by. */
  readonly refreshHintSeconds: number;
}

/** Where the load goes: the network itself, or the sidecar's egress proxy where agents have identities. */
export interface LoadEntry {
  readonly url: string;
  /** The certificate to trust, where the entry speaks TLS. */
  readonly certificatePem: string | null;
  /** Set where the entry can only be reached from a container: this service of a compose project. */
  readonly container?: LoadContainer;
}

export interface LoadContainer {
  /** How compose is called: a program and its first arguments. */
  readonly command: readonly [string, ...string[]];
  readonly service: string;
  /** The project's folder. */
  readonly folder: string;
}
