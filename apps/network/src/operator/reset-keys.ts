import type { Arm } from '@blastradius/contracts';
import { keptHashed } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { sql, type Transaction } from 'kysely';
import { createAgentKeys, storedKeysOf } from '../agents/create-agent-keys.ts';
import type { KeyVault } from '../agents/key-vault.ts';
import type { Database } from '../database/database.ts';
import type { CampaignKind, Tables } from '../database/tables.ts';
import type { KeyResetBatch } from './key-reset-jobs.ts';

interface DueAgent {
  readonly id: string;
  readonly name: string;
  readonly kind: CampaignKind;
  readonly overlapSeconds: number;
}

/**
 * Gives the agents of one batch new keys. Idempotent: keys and the note that they were reset are
 * one transaction, so that a batch that comes again, after a crash say, finds nothing left to do.
 */
export class ResetKeys {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #arm: Arm;
  readonly #vault: KeyVault;

  constructor(parts: {
    readonly database: Database;
    readonly clock: Clock;
    readonly arm: Arm;
    readonly vault: KeyVault;
  }) {
    this.#database = parts.database;
    this.#clock = parts.clock;
    this.#arm = parts.arm;
    this.#vault = parts.vault;
  }

  async execute({ campaignId, batch }: KeyResetBatch): Promise<void> {
    await this.#database.transaction().execute(async (transaction) => {
      const due = await transaction
        .selectFrom('operations.key_resets as resets')
        .innerJoin('operations.key_reset_campaigns as campaigns', 'campaigns.id', 'resets.campaign_id')
        .innerJoin('agents', 'agents.id', 'resets.agent_id')
        .select(['agents.id', 'agents.name', 'campaigns.kind', 'campaigns.overlap_seconds as overlapSeconds'])
        .where('campaign_id', '=', campaignId)
        .where('batch', '=', batch)
        .where('reset_at', 'is', null)
        .orderBy('agent_id')
        .forUpdate('resets')
        .execute();
      if (due.length > 0) await this.#reset(transaction, campaignId, due);
    });
    await this.#finishIfDone(campaignId);
  }

  async #reset(
    transaction: Transaction<Tables>,
    campaignId: string,
    due: readonly DueAgent[],
  ): Promise<void> {
    const ids = due.map(({ id }) => id);
    const handed = due.map(() => createAgentKeys(this.#arm));
    const stored = handed.map((keys) => storedKeysOf(this.#arm, keys));
    const now = this.#clock.now();
    const { rows } = await sql<{ id: string; before: string | null }>`
      with locked as (
        select id, api_key from agents where id = any(${ids}::uuid[]) order by id for no key update
      )
      update agents set api_key = fresh.key, write_key = fresh.write_key
      from unnest(
        ${ids}::uuid[],
        ${stored.map(({ api_key: key }) => key)}::text[],
        ${stored.map(({ write_key: key }) => key)}::text[]
      ) as fresh(id, key, write_key) join locked using (id)
      where agents.id = fresh.id
      returning agents.id, locked.api_key as before`.execute(transaction);
    await this.#endPrevious(transaction, rows, due[0], now);
    await transaction
      .updateTable('operations.key_resets')
      .set({ reset_at: now })
      .where('campaign_id', '=', campaignId)
      .where('agent_id', 'in', ids)
      .execute();
    // Before the commit: where the vault is away, the key that agents have stays in force.
    for (const [index, { name }] of due.entries()) await this.#vault.put(name, handed[index]?.apiKey ?? '');
  }

  /** Whatever was still taken ends; after a rotation the key before takes its place for a while. */
  async #endPrevious(
    transaction: Transaction<Tables>,
    replaced: readonly { readonly id: string; readonly before: string | null }[],
    terms: DueAgent | undefined,
    now: Date,
  ): Promise<void> {
    const ids = replaced.map(({ id }) => id);
    await transaction.deleteFrom('operations.previous_keys').where('agent_id', 'in', ids).execute();
    if (terms?.kind !== 'rotation' || terms.overlapSeconds === 0) return;
    const endsAt = new Date(now.getTime() + terms.overlapSeconds * 1000);
    const previous = replaced.flatMap(({ id, before }) =>
      before === null ? [] : [{ agent_id: id, key_hash: keptHashed(before), ends_at: endsAt }],
    );
    if (previous.length > 0) {
      await transaction.insertInto('operations.previous_keys').values(previous).execute();
    }
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
