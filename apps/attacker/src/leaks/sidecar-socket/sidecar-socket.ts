import { randomUUID } from 'node:crypto';
import type { FootholdFor } from '@blastradius/contracts';
import { createWorkloadApiClient, WorkloadApiCallFailed } from '@blastradius/spiffe';
import { AgentProgram } from '../../host/agent-program.ts';
import { ProcessView } from '../../host/process-view.ts';
import type { Credential } from '../../loot/credential.ts';
import { partOf } from '../../playbooks/moltbook/techniques.ts';
import type { Thief } from '../../playbooks/moltbook/thief.ts';
import type { LeakAct, OpenLeak } from '../leak-act.ts';

const ASK_TIMEOUT_MS = 5000;

/**
 * A program on the agents' host that finds the sidecar's socket. It asks as what it is; and then starts the
 * program of each agent that runs there, which asks as what the agent is.
 */
export const openSidecarSocket: OpenLeak<'sidecar-socket'> = (foothold, thief) => socketWays(foothold, thief);

export function socketWays(
  { workloadApiSocket, agentPids }: Pick<FootholdFor<'sidecar-socket'>, 'workloadApiSocket' | 'agentPids'>,
  thief: Thief,
): LeakAct[] {
  return [asItself(workloadApiSocket, thief), ...agentPids.map((pid) => asAgent(pid, thief))];
}

/** Connects to the socket, and says nothing of who it is: the kernel does. */
function asItself(socket: string, thief: Thief): LeakAct {
  const client = createWorkloadApiClient({ endpoint: `unix://${socket}` });
  const ask = async (): Promise<{
    credentials: Credential[];
    outcome: 'accepted' | 'refused' | 'failed';
  }> => {
    try {
      const { svids } = await client.fetchX509Context({ timeoutMs: ASK_TIMEOUT_MS });
      const credentials = svids.map(
        (svid): Credential => ({ kind: 'x509-svid', svid, from: 'workload-api' }),
      );
      return { credentials, outcome: 'accepted' };
    } catch (error) {
      const isAnswer =
        error instanceof WorkloadApiCallFailed && error.code === 'workload-api.permission-denied';
      return { credentials: [], outcome: isAnswer ? 'refused' : 'failed' };
    }
  };
  return {
    look: async () => ({
      credentials: (await recorded(thief, 'ask-workload-api', ask)).credentials,
    }),
  };
}

/** By the agent's own program, which goes on running: what it holds is renewed for it. */
function asAgent(pid: number, thief: Thief): LeakAct {
  const view = new ProcessView([pid]);
  const { agenda } = thief;
  const isOver = () => agenda.nowMinute >= agenda.endMinute;
  let program: Promise<AgentProgram> | undefined;
  let before = 0;
  const take = async () => {
    program ??= AgentProgram.start(view, pid, thief.publicNames);
    const credentials = await (await program).identities(isOver);
    return { credentials, outcome: credentials.length > 0 ? ('accepted' as const) : ('failed' as const) };
  };
  return {
    look: async () => {
      const { credentials } = await recorded(thief, 'start-agents-program', take);
      // It gets them one after another: they are all there when no more come.
      const hasMore = credentials.length > before;
      before = credentials.length;
      return { credentials, hasMore };
    },
    close: async () => (await program)?.close(),
  };
}

interface Tried {
  readonly credentials: readonly Credential[];
  readonly outcome: 'accepted' | 'refused' | 'failed';
}

/** Each try is an attempt, also one that yields nothing. */
function recorded(
  { attempts }: Thief,
  step: 'ask-workload-api' | 'start-agents-program',
  ask: () => Promise<Tried>,
): Promise<Tried> {
  return attempts.make(
    {
      ...partOf(step),
      vector: 'reconnaissance',
      action: 'fetch',
      forges: false,
      victim: null,
      presented: 'nothing',
    },
    ask,
    ({ outcome, credentials }) => ({
      requestId: randomUUID(),
      outcome,
      status: null,
      rows: credentials.length,
    }),
  );
}
