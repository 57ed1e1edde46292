import exec from 'k6/execution';
import http from 'k6/http';
import { callOf } from './calls.ts';
import type { Turn } from './mix.ts';
import { keyFor, type PreparedAgents } from './prepare-agents.ts';
import { credentialHeaders } from './present.ts';
import type { Settings } from './settings.ts';

/** The fleet's own patience with the network. */
const TIMEOUT = '5s';

/**
 * One iteration: one request, so that the rate of iterations is the rate of requests. Who sent it, what
 * and under which id goes into k6's metadata, which costs no time series, and from there into the ledger.
 */
export function act(settings: Settings, prepared: PreparedAgents, turnOf: (iteration: number) => Turn): void {
  const { name, iterationInTest } = exec.scenario;
  // The measured part goes on in the deck where the warm-up would have ended at full rate.
  const before = name === 'measured' ? Math.ceil(settings.ratePerSecond * settings.warmUpSeconds) : 0;
  const turn = turnOf(before + iterationInTest);
  const call = callOf(turn, prepared);
  const requestId = `load-${name}-${iterationInTest}`;
  const { metadata } = exec.vu.metrics;
  metadata['agent'] = settings.agents[call.agent] ?? '';
  metadata['action'] = turn.action;
  metadata['request_id'] = requestId;
  http.request(call.method, settings.baseUrl + call.path, call.body ? JSON.stringify(call.body) : null, {
    headers: {
      accept: 'application/json',
      ...(call.body ? { 'content-type': 'application/json' } : {}),
      ...credentialHeaders(settings, call.agent, keyFor(prepared, call.agent, call.method)),
      'x-request-id': requestId,
    },
    timeout: TIMEOUT,
    redirects: 0,
    tags: { name: turn.action },
  });
}
