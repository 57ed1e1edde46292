import type { StoredKey } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { sql, type Transaction } from 'kysely';
import { createStaticKey } from '../agents/issue-secrets.ts';
import type { Database } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import type { KeyResetBatch } from './key-reset-jobs.ts';

/**
 * Gives the agents of one batch new keys. Idempotent: keys and the note that they were reset are
 * one transaction, so that a batch that comes again, after a crash say, finds nothing left to do.
 */
export class ResetKeys {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #stored: StoredKey;

  constructor(database: Database, clock: Clock, stored: StoredKey) {
    this.#database = database;
    this.#clock = clock;
    this.#stored = stored;
  }

  async execute({ campaignId, batch }: KeyResetBatch): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const due = await transaction
        .selectFrom('operations.key_resets')
        .select('agent_id')
        .where('campaign_id', '=', campaignId)
        .where('batch', '=', batch)
        .where('reset_at', 'is', null)
        .orderBy('agent_id')
        .forUpdate()
        .execute();
      const ids = due.map(({ agent_id: id }) => id);
      if (ids.length > 0) await this.#reset(transaction, campaignId, ids);
    });
    await this.#finishIfDone(campaignId);
  }

  async #reset(transaction: Transaction<Tables>, campaignId: string, ids: string[]): Promise<void> {
    const keys = ids.map(() => this.#stored(createStaticKey()));
    await sql`
      with locked as (select id from agents where id = any(${ids}::uuid[]) order by id for no key update)
      update agents set api_key = fresh.key
      from unnest(${ids}::uuid[], ${keys}::text[]) as fresh(id, key) join locked using (id)
      where agents.id = fresh.id`.execute(transaction);
    await transaction
      .updateTable('operations.key_resets')
      .set({ reset_at: this.#clock.now() })
      .where('campaign_id', '=', campaignId)
      .where('agent_id', 'in', ids)
      .execute();
  }

  /** After the batch is committed: of two that end together, the later one sees both. */
  async #finishIfDone(campaignId: string): Promise<void> {
    await sql`
      update operations.key_reset_campaigns set finished_at = ${this.#clock.now()}
      where id = ${campaignId} and finished_at is null and not exists (
        select from operations.key_resets where campaign_id = ${campaignId} and reset_at is null
      )`.execute(this.#database);
  }
}
