import { fileURLToPath } from 'node:url';
import { modifierOf } from '@blastradius/contracts';
import { CedarPolicies, type PolicyDecision, readPolicyFolder } from '@blastradius/policy';
import type { NetworkConfig } from '../config.ts';
import { actionOf } from './action-of.ts';
import { readAgentGroups } from './agent-groups.ts';

/** May the agent that was admitted do this? Pure: the same question has the same answer. */
export type Authorize = (request: {
  readonly spiffeId: string;
  readonly method: string;
  /** The route's pattern. */
  readonly route: string;
}) => PolicyDecision;

/** Reads and checks the policies; a bad one ends the start. Null in the arms whose agents may all do the same. */
export function openPolicies({
  arm,
  policyFolder,
  agentGroupsFile,
}: Pick<NetworkConfig, 'arm' | 'policyFolder' | 'agentGroupsFile'>): Authorize | null {
  if (modifierOf(arm) !== 'policy') return null;
  const policies = new CedarPolicies(readPolicyFolder(policyFolder ?? ownPolicies));
  const groupsOf = readAgentGroups(agentGroupsFile);
  return ({ spiffeId, method, route }) => {
    const action = actionOf(method, route);
    // `/agents/me` is the only profile that the API lets anyone change.
    const resource =
      action === 'edit-profile' ? { type: 'Agent', id: spiffeId } : { type: 'Network', id: 'moltbook' };
    return policies.decide({ principal: spiffeId, groups: groupsOf(spiffeId), action, resource });
  };
}

/** Beside `src` and `dist` alike. */
const ownPolicies = fileURLToPath(new URL('../../policies/', import.meta.url));
