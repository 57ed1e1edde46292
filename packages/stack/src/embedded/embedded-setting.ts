import type { WorldSetting } from '../world/world-setting.ts';
import type { AppEntries } from './app-entries.ts';
import type { Postgres } from './postgres/postgres.ts';

/** A world whose parts are processes of this machine. */
export interface EmbeddedSetting extends WorldSetting {
  readonly apps: AppEntries;
  readonly postgres: Postgres;
  /** Names this world's databases and roles: unique on its PostgreSQL, of letters, digits and `_`. */
  readonly databaseSuffix: string;
  /** A short path for sockets and short-lived files; only we may enter it. */
  readonly socketFolder: string;
}
