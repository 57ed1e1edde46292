import type { LeakAct } from './leak-act.ts';

/**
 * No credential is taken. In an outage nobody did anything; in a prompt injection the thief's own agent, an
 * ordinary member of the network, has spoken, and what others did then stands in their ledger.
 */
export function openNothing(): LeakAct {
  return { look: async () => ({ credentials: [] }) };
}
