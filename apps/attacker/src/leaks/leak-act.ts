import type { FootholdFor, Leak } from '@blastradius/contracts';
import type { Credential } from '../loot/credential.ts';
import type { Thief } from '../playbooks/moltbook/thief.ts';

/** What one look has yielded. */
export interface Taking {
  /** What lay there; what was there the last time may be among it again. */
  readonly credentials: readonly Credential[];
  /** There is another place to look at, or another way to look: the next look takes it. */
  readonly hasMore?: boolean;
  /** Taken beside credentials; what was there the last time is not counted again. */
  readonly privateMessages?: number;
  /** `credentialId` of each. */
  readonly thirdPartySecrets?: readonly string[];
  readonly emails?: number;
  /** Rows or lines that were read. */
  readonly rows?: number;
}

/** One leak, used: a real act against the running world, bounded in bytes and time. */
export interface LeakAct {
  look(): Promise<Taking>;
  /** When the thief looks for the first time, where it is not when it discovers the leak. */
  readonly firstLookMinute?: number;
  /** How often it looks again, where it is more often than the scenario says. */
  readonly lookEveryMinutes?: number;
  close?(): Promise<void>;
}

/** One or several ways into the same place; where there are several, none waits for another. */
export type LeakActs = LeakAct | readonly LeakAct[];

/** How a leak is opened from where the thief stands. */
export type OpenLeak<L extends Leak> = (
  foothold: FootholdFor<L>,
  thief: Thief,
) => LeakActs | Promise<LeakActs>;
