/** Agents for whom one program, a load generator, sends: it is attested, and may speak for these alone. */
export interface LoadGenerator {
  readonly agents: readonly string[];
  /** What the sidecar attests of the program. */
  readonly selectors: readonly string[];
}

/** Where the load goes: the network itself, or the sidecar's egress proxy where agents have identities. */
export interface LoadEntry {
  readonly url: string;
  /** The certificate to trust, where the entry speaks TLS. */
  readonly certificatePem: string | null;
}
