import type { CurrentAgent } from './judgement.ts';

export interface AgentWithKey extends CurrentAgent {
  /** What the network keeps of it. */
  readonly storedKey: string;
}

/** Finds the agent that a credential belongs to. */
export abstract class AgentsByCredential {
  abstract withStoredKey(stored: string): Promise<AgentWithKey | undefined>;
  abstract withSpiffeId(spiffeId: string): Promise<CurrentAgent | undefined>;
}
