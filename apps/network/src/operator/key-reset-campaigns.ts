import type { networkOperator } from '@blastradius/contracts';
import { sql } from 'kysely';
import type { z } from 'zod';
import type { Database } from '../database/database.ts';
import type { CampaignKind } from '../database/tables.ts';
import type { KeyResetBatch, KeyResetJobs } from './key-reset-jobs.ts';
import { CampaignNotFound } from './operator.errors.ts';

type KeyResetStatus = z.infer<typeof networkOperator.keyResetStatus>;

/** What a campaign does with the keys before: a reset ends them, a rotation leaves them in force for a while. */
export interface CampaignTerms {
  readonly kind: CampaignKind;
  readonly overlapSeconds: number;
}

const atOnce: CampaignTerms = { kind: 'reset', overlapSeconds: 0 };

/** Replaces the keys of all agents that are there when it starts, in batches. One of each kind at a time. */
export class KeyResetCampaigns {
  readonly #database: Database;
  readonly #jobs: KeyResetJobs;
  readonly #batchSize: number;

  constructor(database: Database, jobs: KeyResetJobs, batchSize: number) {
    this.#database = database;
    this.#jobs = jobs;
    this.#batchSize = batchSize;
  }

  /** While a campaign is running there is no second one: asking again answers with the first. */
  async start(terms: CampaignTerms = atOnce): Promise<string> {
    const [running] = await this.#running(terms.kind);
    const campaignId = running ?? (await this.#create(terms));
    await this.#jobs.add(await this.#unfinished(campaignId));
    return campaignId;
  }

  /** After a restart: what was left is queued again. */
  async resume(): Promise<void> {
    for (const campaignId of await this.#running()) await this.#jobs.add(await this.#unfinished(campaignId));
  }

  async status(campaignId: string): Promise<KeyResetStatus> {
    const campaign = await this.#database
      .selectFrom('operations.key_reset_campaigns')
      .select(['agents', 'finished_at'])
      .where('id', '=', campaignId)
      .executeTakeFirst();
    if (!campaign) throw new CampaignNotFound();
    const resets = await this.#database
      .selectFrom('operations.key_resets')
      .innerJoin('agents', 'agents.id', 'operations.key_resets.agent_id')
      .select(['agents.name as agent', 'reset_at'])
      .where('campaign_id', '=', campaignId)
      .where('reset_at', 'is not', null)
      .orderBy('reset_at')
      .orderBy('agents.name')
      .execute();
    return {
      campaignId,
      state: campaign.finished_at ? 'finished' : 'running',
      agents: campaign.agents,
      reset: resets.length,
      resets: resets.map(({ agent, reset_at: at }) => ({ agent, atMs: at?.getTime() ?? 0 })),
    };
  }

  async #create({ kind, overlapSeconds }: CampaignTerms): Promise<string> {
    return await this.#database.transaction().execute(async (transaction) => {
      const { id } = await transaction
        .insertInto('operations.key_reset_campaigns')
        .values({ kind, overlap_seconds: overlapSeconds })
        .returning('id')
        .executeTakeFirstOrThrow();
      await sql`
        with listed as (
          insert into operations.key_resets (campaign_id, agent_id, batch)
          select ${id}::uuid, agents.id, (row_number() over (order by created_at, id) - 1) / ${this.#batchSize}::int
          from agents where api_key is not null
          returning agent_id
        )
        update operations.key_reset_campaigns set
          agents = (select count(*) from listed),
          finished_at = case when exists (select from listed) then null else now() end
        where id = ${id}`.execute(transaction);
      return id;
    });
  }

  async #running(kind?: CampaignKind): Promise<string[]> {
    const rows = await this.#database
      .selectFrom('operations.key_reset_campaigns')
      .select(['id', 'kind'])
      .where('finished_at', 'is', null)
      .execute();
    return rows.filter((row) => kind === undefined || row.kind === kind).map(({ id }) => id);
  }

  async #unfinished(campaignId: string): Promise<KeyResetBatch[]> {
    const batches = await this.#database
      .selectFrom('operations.key_resets')
      .select('batch')
      .distinct()
      .where('campaign_id', '=', campaignId)
      .where('reset_at', 'is', null)
      .orderBy('batch')
      .execute();
    return batches.map(({ batch }) => ({ campaignId, batch }));
  }
}
