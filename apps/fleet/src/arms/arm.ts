import type { AgentKeys, Presenter } from '@blastradius/credentials';
import type { PlannedAgent } from '@blastradius/scenario';
import type { OwnRows } from '../life/own-rows.ts';

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
  /** How the agent asks the hosted backend for its own rows, where it is known there. */
  ownRows?(agent: string): OwnRows | undefined;
  /**
   * What the agent has of its credential when somebody asks it in a conversation for it: what it puts
   * into its requests itself, and never what the program keeps from it (a private key).
   */
  shareable(agent: string): string | Promise<string>;
  close(): Promise<void>;
}
