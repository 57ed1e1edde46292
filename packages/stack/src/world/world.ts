import type { ProcessCommand } from '@blastradius/contracts';
import type { IncidentClock } from '@blastradius/kernel';
import type { DueEvent } from '../trial/timeline.ts';
import type { LoadEntry } from './load-entry.ts';
import type { NetworkOperator } from './network-operator.ts';
import type { WorldSetting } from './world-setting.ts';

/** One complete running stack for one arm. */
export interface World {
  readonly setting: WorldSetting;
  readonly networkUrl: string;
  readonly agents: Agents;
  readonly thief: Thief;
  /** The file in which a careless agent leaves its SVID and key; null where agents hold no SVID. */
  readonly backupFile: string | null;
  readonly operator: NetworkOperator;
  /** Where a load generator sends to. */
  readonly loadEntry: LoadEntry;
  /** What the leak needs to happen in the world at its minute; empty where it is taken out. */
  readonly leakEvents: readonly DueEvent[];
  /** Replaces every SVID, over so many seconds of publishing; null where agents hold none. */
  readonly forceRotation: ((publishSeconds: number) => Promise<void>) | null;
  /** Leads the key sets through their life, a step at a time; null where there are none, or out of reach. */
  readonly authorities: AuthorityOperator | null;
  /** Runs SQL as the backend's administrator: the incident's fixes. */
  administer(sql: string): Promise<void>;
  /** Reads what is really in the backend's database. */
  inspect<Row extends object>(sql: string): Promise<Row[]>;
  kill(part: 'network' | 'issuer' | 'sidecar', signal: NodeJS.Signals): void;
  stop(): Promise<void>;
}

export interface AuthorityOperator {
  /** Where a workload beside the world's own gets its identities. */
  readonly workloadApiSocket: string;
  readonly refreshHintSeconds: number;
  /** Resolves when the issuer has taken the step. */
  order(step: 'prepare' | 'activate' | 'taint' | 'revoke', kind: 'x509' | 'jwt' | 'wit'): Promise<void>;
}

/** All agents of one world: one process that hosts many, and some that are processes of their own. */
export interface Agents {
  /** How many agents are a process of their own; the others share one. */
  readonly ownProcesses: number;
  enrol(): Promise<number>;
  /** Starts their lives on the run's clock. */
  live(clock: IncidentClock): void;
  /** Tells the process that carries the agent. */
  tell(agent: string, command: ProcessCommand): void;
  trust(certificatePem: string): void;
  /** Ends the agent's process, or its life in a process that carries others too. */
  retire(agent: string): Promise<void>;
  readonly done: Promise<void>;
  counts(): Record<string, number>;
  /** Of those on this machine; none where they run in containers. */
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

/** The attacker's process. It knows the network's public address, and nothing else of the world. */
export interface Thief {
  live(clock: IncidentClock): void;
  readonly done: Promise<void>;
  counts(): Record<string, number>;
  stop(): Promise<void>;
}

/** Where worlds are started: processes of this machine, or the containers of the compose project. */
export interface Platform {
  startWorld(setting: WorldSetting): Promise<World>;
  /** After the last world has stopped. */
  stop(): Promise<void>;
}

/** What several processes count, together. */
export function sumCounts(all: readonly Record<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [key, value] of Object.entries(counts)) sum[key] = (sum[key] ?? 0) + value;
  }
  return sum;
}
