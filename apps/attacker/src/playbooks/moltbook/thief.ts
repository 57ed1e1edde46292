import type { Scenario, Tactics } from '@blastradius/scenario';
import type { Agenda } from '../../engine/agenda.ts';
import type { Attempts } from '../../engine/attempts.ts';
import type { Clients } from './clients.ts';
import type { Loot } from './loot.ts';

/** What every step of the playbook works with. */
export interface Thief {
  readonly attack: Scenario['attack'];
  readonly tactics: Tactics;
  readonly seed: string;
  readonly networkUrl: string;
  readonly fetch: typeof fetch;
  readonly agenda: Agenda;
  readonly attempts: Attempts;
  readonly loot: Loot;
  readonly clients: Clients;
  readonly backupFile: string | undefined;
  /** Who posts: on Moltbook's own pages every visitor could read that. */
  readonly publicNames: readonly string[];
  /** In the control without a leak the thief doesn't know that there is a hole. */
  readonly knowsHole: boolean;
}
