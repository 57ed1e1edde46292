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
  /** The network has a new certificate: how each agent presents itself to it, where that changes. */
  trust(certificatePem: string): (agent: string) => Presenter | undefined;
  /** Copies the agent's credential to a file, as a careless backup would. */
  backUp(agent: string, file: string): void | Promise<void>;
  /** How the agent asks the hosted backend for its own rows, where it is known there. */
  ownRows?(agent: string): OwnRows | undefined;
  close(): Promise<void>;
}
