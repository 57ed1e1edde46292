import type { IssuancePolicy } from '@blastradius/contracts';

const ANY_AGENT = '{agent}';

/** The same policies, of which none names these agents any more. A pattern over agents becomes the list of the others. */
export function withoutEntries(
  policies: readonly IssuancePolicy[],
  denied: readonly string[],
  ownProcesses: readonly string[],
): IssuancePolicy[] {
  const isLeft = (agent: string) => !denied.includes(agent);
  return policies.flatMap((policy): IssuancePolicy[] => {
    if (policy.instances !== undefined) {
      const instances = policy.instances.filter(isLeft);
      return instances.length === 0 ? [] : [{ ...policy, instances }];
    }
    if (!policy.spiffeId.includes(ANY_AGENT)) return [policy];
    return ownProcesses.filter(isLeft).map((agent) => ({
      ...policy,
      id: `${policy.id}-${agent.toLowerCase().replaceAll('_', '-')}`,
      selectors: policy.selectors.map((selector) => selector.replace(ANY_AGENT, agent)),
      spiffeId: policy.spiffeId.replace(ANY_AGENT, agent),
    }));
  });
}
