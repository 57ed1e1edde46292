import type { AgentRecord } from '@blastradius/ledger';
import type { K6Point } from './k6-point.ts';

/** A request of the load as the agents' ledger has it, judged as the agents judge their own. */
export function loadRecord(point: Extract<K6Point, { kind: 'request' }>): AgentRecord {
  const { atMs, requestId, agent, action, status, latencyMs, error } = point;
  return {
    ledger: 'agents',
    atMs: Math.round(atMs * 1000) / 1000,
    requestId,
    agent,
    hosting: 'load',
    action,
    outcome: outcomeOf(status),
    status,
    latencyMs: Math.round(latencyMs * 1000) / 1000,
    ...(error === null ? {} : { error }),
  };
}

function outcomeOf(status: number | null): AgentRecord['outcome'] {
  if (status === null || status >= 500) return 'failed';
  return status >= 200 && status < 300 ? 'accepted' : 'refused';
}
