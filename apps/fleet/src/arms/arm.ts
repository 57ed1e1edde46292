import type { AgentKeys, Presenter } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';

/** All that differs between the credential models, seen from the side of the agents. */
export interface Arm {
  /** Resolves when every one of these agents could enrol. */
  ready(agents: readonly PlannedAgent[]): Promise<void>;
  /** Creates the agent's account and returns how the agent presents itself from now on. */
  enrol(agent: PlannedAgent): Promise<Presenter>;
  /** The agent's owner was handed a new key, or keys. */
  presenterForKey(agent: string, keys: AgentKeys): Presenter;
  /** The network did not know the agent: whether it has got itself another credential since. */
  renewAfterRefusal?(agent: string): Promise<boolean>;
  /** Hears of every credential that an agent has got itself without having been refused; answers whether it works. */
  onRenewed?(listener: (agent: string) => Promise<boolean>): void;
  /** The network has a new certificate: how each agent presents itself to it, where that changes. */
  trust(certificatePem: string): (agent: string) => Presenter | undefined;
  /** Copies the agent's credential to a file, as a careless backup would. */
  backUp(agent: string, file: string): void | Promise<void>;
  close(): Promise<void>;
}
