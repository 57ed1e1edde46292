/** How the identities are spread. */
export interface Shape {
  /** Each is a sidecar of its own, that of one host. */
  readonly sidecars: number;
  /** Processes on each host that carry agents; each holds one stream to its sidecar. */
  readonly workloads: number;
  /** Agents in each process, an SVID each. */
  readonly agents: number;
}

/**
 * A response of the Workload API holds the complete state: a thousand SVIDs are 2 MB, while the bundle has
 * three authorities. Clients with gRPC's usual limit of 4 MiB can't read more than some 1,900.
 */
const agentsMax = 1000;
/** As many hosts as sidecars that a machine with two cores still runs. */
const sidecarsMax = 10;

/** At least so many identities; a little more where they can't be spread evenly. */
export function shapeOf(identities: number): Shape {
  const streams = Math.ceil(identities / agentsMax);
  // Two hosts with two processes each at the least: everything that happens to many happens there as well.
  const sidecars = Math.max(2, Math.min(sidecarsMax, streams));
  const workloads = Math.max(2, Math.ceil(streams / sidecars));
  return { sidecars, workloads, agents: Math.ceil(identities / (sidecars * workloads)) };
}

export function identitiesOf({ sidecars, workloads, agents }: Shape): number {
  return sidecars * workloads * agents;
}
