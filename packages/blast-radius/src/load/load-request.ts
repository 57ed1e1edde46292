import type { AgentRecord, Outcome } from '@blastradius/ledger';

/** What a metric needs of a request; a block has tens of thousands of them. */
export interface LoadRequest {
  /** When it was sent. */
  readonly atMs: number;
  readonly latencyMs: number;
  readonly outcome: Outcome;
}

/** The load generator's requests among the records of a block. */
export function loadRequestOf({ hosting, atMs, latencyMs, outcome }: AgentRecord): LoadRequest | undefined {
  return hosting === 'load' ? { atMs, latencyMs, outcome } : undefined;
}
