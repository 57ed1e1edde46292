import { SearchProcesses } from '../../host/search-processes.ts';
import type { OpenLeak } from '../leak-act.ts';
import { vaultWays } from '../vault-bootstrap-secret/through-process.ts';

/**
 * A program of the agents' own user (a skill that an agent ran, say) reads the memory of an agent's process, and
 * what its environment names. It must come again for what is renewed.
 */
export const openAgentMemory: OpenLeak<'agent-memory'> = ({ pids }, thief) => {
  const search = new SearchProcesses(pids);
  return [{ look: () => search.look() }, ...vaultWays(pids, thief)];
};
