import type { CurrentAgent } from './judgement.ts';

export interface AgentWithKey extends CurrentAgent {
  readonly apiKey: string;
}

/** Finds the agent that a credential belongs to. */
export abstract class AgentsByCredential {
  abstract withKey(key: string): Promise<AgentWithKey | undefined>;
  abstract withSpiffeId(spiffeId: string): Promise<CurrentAgent | undefined>;
}
