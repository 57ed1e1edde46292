import { type Clock, DomainError } from '@blastradius/kernel';
import type { Database } from './database.ts';

/** One of two clocks is wrong: ours or the database's, which all issuers share. */
export class ClocksDiffer extends DomainError {
  readonly code = 'issuer.clocks-differ';
  readonly category = 'unavailable';
}

/**
 * The clock to sign and to change keys by: it has no time to give while it does not say the same as the
 * database's. What an issuer signs by a wrong clock may end later than policy has it, and what it does to the
 * key sets holds for all issuers: one whose clock is wrong does neither until it is right again.
 */
export class AgreedClock implements Clock {
  readonly #clock: Clock;
  readonly #differenceMsMax: number;
  readonly #databaseNow: () => Promise<Date>;
  /** The database's time, less that of a clock which nobody can set. */
  #offsetMs: number | undefined;

  constructor(clock: Clock, differenceSecondsMax: number, databaseNow: () => Promise<Date>) {
    this.#clock = clock;
    this.#differenceMsMax = differenceSecondsMax * 1000;
    this.#databaseNow = databaseNow;
  }

  /** Asks the database for its time. Throws `ClocksDiffer`. */
  async compare(): Promise<void> {
    this.#offsetMs = (await this.#databaseNow()).getTime() - performance.now();
    this.now();
  }

  /** Ours. By the database's as it must be by now, sees at once that ours was set. Throws `ClocksDiffer`. */
  now(): Date {
    if (this.#offsetMs === undefined) throw new ClocksDiffer('the clocks have not been compared yet');
    const now = this.#clock.now();
    const aheadMs = Math.round(now.getTime() - (this.#offsetMs + performance.now()));
    if (Math.abs(aheadMs) <= this.#differenceMsMax) return now;
    throw new ClocksDiffer(
      `the issuer’s clock is ${aheadMs} ms ahead of its database’s: set right the one that is wrong`,
      { context: { aheadMs } },
    );
  }
}

/** The time of the machine that the database is on. */
export async function databaseNow(database: Database): Promise<Date> {
  const { rows } = await database.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]?.now ?? new Date(Number.NaN);
}
