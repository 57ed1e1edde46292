import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

const EVERY_MS = 5000;

/** Remembers who was active and writes it down now and then: one more write a request is too many. */
export class LastSeen {
  readonly #database: Database;
  readonly #timer: NodeJS.Timeout;
  #seen = new Set<string>();

  constructor(database: Database, onError: (error: unknown) => void) {
    this.#database = database;
    this.#timer = setInterval(() => void this.#write().catch(onError), EVERY_MS);
    this.#timer.unref();
  }

  note(agentId: string): void {
    this.#seen.add(agentId);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
  }

  /** Locks in the order that every other statement locks agents in. */
  async #write(): Promise<void> {
    if (this.#seen.size === 0) return;
    const ids = [...this.#seen];
    this.#seen = new Set();
    await sql`
      with locked as (select id from agents where id = any(${ids}::uuid[]) order by id for no key update)
      update agents set last_active = now() from locked where agents.id = locked.id`.execute(this.#database);
  }
}
