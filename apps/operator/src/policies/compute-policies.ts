import type { IssuancePolicy } from '@blastradius/contracts';
import type { Population } from '@blastradius/scenario';

/** What a workload of ours is told by: its user, the Node that runs it, the script that Node runs. */
export interface AttestedPrograms {
  readonly uid: number;
  readonly nodeSha256: string;
  readonly networkSha256: string;
  readonly fleetSha256: string;
  /** Where sidecars attest containers: the digest of the image that agents in processes of their own run from. */
  readonly agentImageDigest?: string;
}

export interface PolicyContext {
  readonly population: Population;
  readonly programs: AttestedPrograms;
  readonly networkDnsNames: readonly string[];
  readonly load: { readonly agents: readonly string[]; readonly programSha256: string | undefined };
}

/** A sidecar's node, and the agents in processes of their own in the order of the population. */
export const nodeOfAgent = (index: number) => `agent-${index + 1}`;

/**
 * Who may have which identity in a platform of containers. All workloads run as one user, each beside a
 * sidecar of its own, so every policy names the node: only the sidecar beside the third agent may ask
 * for the third agent's identity. Paths prove nothing in another container's file system; digests do.
 * Where containers are attested, the digest of the image pins everything that a script imports as well.
 */
export function computePolicies({
  population,
  programs,
  networkDnsNames,
  load,
}: PolicyContext): IssuancePolicy[] {
  const script = (sha256: string) => [
    `unix:uid:${programs.uid}`,
    `unix:sha256:${programs.nodeSha256}`,
    `interpreter:sha256:${sha256}`,
  ];
  const { agentImageDigest: digest } = programs;
  const image = digest === undefined ? [] : [`docker:image_config_digest:${digest}`];
  const hosted = population.agents.filter(({ hosting }) => hosting === 'multiplexed');
  const own = population.agents.filter(({ hosting }) => hosting === 'process');
  return [
    {
      id: 'network',
      nodes: ['network'],
      selectors: script(programs.networkSha256),
      spiffeId: 'spiffe://{trustDomain}/network',
      dnsNames: [...networkDnsNames],
    },
    hostPolicy(
      'fleet',
      script(programs.fleetSha256),
      hosted.map(({ name }) => name),
    ),
    ...own.map(({ name }, index) => ({
      id: nodeOfAgent(index),
      nodes: [nodeOfAgent(index)],
      selectors: [...script(programs.fleetSha256), ...image],
      spiffeId: `spiffe://{trustDomain}/agent/${name}`,
      dnsNames: [],
    })),
    ...(load.agents.length === 0 ? [] : [hostPolicy('load', loadSelectors(programs, load), load.agents)]),
  ];
}

function loadSelectors({ uid }: AttestedPrograms, { programSha256 }: PolicyContext['load']): string[] {
  return [`unix:uid:${uid}`, ...(programSha256 === undefined ? [] : [`unix:sha256:${programSha256}`])];
}

/** One process that carries many agents: an identity for each of them and for no other. */
function hostPolicy(node: string, selectors: string[], instances: readonly string[]): IssuancePolicy {
  return {
    id: node,
    nodes: [node],
    selectors,
    spiffeId: 'spiffe://{trustDomain}/agent/{instance}',
    instances: [...instances],
    dnsNames: [],
  };
}
