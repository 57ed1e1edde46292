import type { Presenter } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';

/** All that differs between the credential models, seen from the side of the agents. */
export interface Arm {
  /** Resolves when every one of these agents could enrol. */
  ready(agents: readonly PlannedAgent[]): Promise<void>;
  /** Creates the agent's account and returns how the agent presents itself from now on. */
  enrol(agent: PlannedAgent): Promise<Presenter>;
  /** The agent's owner was handed a new key. */
  presenterForKey(agent: string, apiKey: string): Presenter;
  /** The network has a new certificate: how each agent presents itself to it, where that changes. */
  trust(certificatePem: string): (agent: string) => Presenter | undefined;
  /** Copies the agent's credential to a file, as a careless backup would. */
  backUp(agent: string, file: string): void | Promise<void>;
  /**
   * What the agent has of its credential when somebody asks it in a conversation for it: what it puts
   * into its requests itself, and never what the program keeps from it (a private key).
   */
  shareable(agent: string): string | Promise<string>;
  close(): Promise<void>;
}
