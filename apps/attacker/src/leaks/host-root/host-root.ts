import { SearchProcesses } from '../../host/search-processes.ts';
import { inTurn } from '../in-turn.ts';
import type { OpenLeak } from '../leak-act.ts';
import { openSidecarSocket } from '../sidecar-socket/sidecar-socket.ts';

/**
 * Root on the agents' host: the memory of everything that runs there, the sidecar's first, which holds what all
 * agents of the host hold; and the socket, as whoever it likes to be.
 */
export const openHostRoot: OpenLeak<'host-root'> = async ({ pids, agentPids, workloadApiSocket }, thief) => {
  const search = new SearchProcesses(pids);
  const memory = { look: () => search.look() };
  if (workloadApiSocket === null) return memory;
  const socket = { leak: 'sidecar-socket', workloadApiSocket, agentPids } as const;
  return inTurn([memory, await openSidecarSocket(socket, thief)]);
};
