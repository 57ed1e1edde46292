import type { KeyScope } from '@blastradius/credentials';
import type { CurrentAgent } from './judgement.ts';

export interface AgentWithKey extends CurrentAgent {
  /** What the network keeps of it. */
  readonly storedKey: string;
}

export interface AgentWithScopedKey extends AgentWithKey {
  readonly scope: KeyScope;
}

/** Finds the agent that a credential belongs to. */
export abstract class AgentsByCredential {
  abstract withStoredKey(stored: string): Promise<AgentWithKey | undefined>;
  /** Where keys have scopes. */
  abstract withScopedKey(stored: string): Promise<AgentWithScopedKey | undefined>;
  /** A key that was rotated away, as long as it is still taken. */
  abstract withPreviousKey(key: string, now: Date): Promise<CurrentAgent | undefined>;
  abstract withSpiffeId(spiffeId: string): Promise<CurrentAgent | undefined>;
}
