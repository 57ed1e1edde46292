import type { Clock } from '@blastradius/kernel';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

export class Readiness {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #certificateEnds: () => Date;

  constructor(database: Database, clock: Clock, certificateEnds: () => Date) {
    this.#database = database;
    this.#clock = clock;
    this.#certificateEnds = certificateEnds;
  }

  async isReady(): Promise<boolean> {
    if (this.#clock.now() > this.#certificateEnds()) return false;
    try {
      await sql`select 1`.execute(this.#database);
      return true;
    } catch {
      return false;
    }
  }
}
