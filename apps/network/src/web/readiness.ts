import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '@blastradius/kernel';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

/** A probe that waits as long as a request would tells too late that the database is away. */
const ANSWER_WITHIN_MS = 2000;

export class Readiness {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #certificateEnds: () => Date;
  #isStopping = false;

  constructor(database: Database, clock: Clock, certificateEnds: () => Date) {
    this.#database = database;
    this.#clock = clock;
    this.#certificateEnds = certificateEnds;
  }

  /** From now on: no new work, please. */
  stop(): void {
    this.#isStopping = true;
  }

  async isReady(): Promise<boolean> {
    if (this.#isStopping || this.#clock.now() > this.#certificateEnds()) return false;
    const answered = sql`select 1`.execute(this.#database).then(
      () => true,
      () => false,
    );
    return await Promise.race([answered, delay(ANSWER_WITHIN_MS, false, { ref: false })]);
  }
}
