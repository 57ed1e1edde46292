import { SearchProcesses } from '../../host/search-processes.ts';
import type { OpenLeak } from '../leak-act.ts';
import { socketWays } from '../sidecar-socket/sidecar-socket.ts';
import { vaultWays } from '../vault-bootstrap-secret/through-process.ts';

/**
 * Root on the agents' host: the memory of everything that runs there, the agents' first, which hold what they show
 * to the network, and then the sidecar's, which holds what is renewed for them; whatever the agents log in to a
 * vault with; and the socket, as whoever it likes to be.
 */
export const openHostRoot: OpenLeak<'host-root'> = ({ pids, agentPids, workloadApiSocket }, thief) => {
  const search = new SearchProcesses(pids);
  return [
    { look: () => search.look() },
    ...vaultWays(agentPids, thief),
    ...(workloadApiSocket === null ? [] : socketWays({ workloadApiSocket, agentPids }, thief)),
  ];
};
