import type { Clock } from '@blastradius/kernel';
import { sql } from 'kysely';
import { AgentNotFound } from '../agents/agents.errors.ts';
import type { Database } from '../database/database.ts';
import { KeyHandedOut, KeyNotReset } from './operator.errors.ts';

/** The new key of an agent, once, for the owner who asks for it. */
export class HandOutKey {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  async execute(name: string): Promise<{ agent: string; apiKey: string }> {
    const agent = await this.#database
      .selectFrom('agents')
      .select(['id', 'name'])
      .where(sql`lower(name)`, '=', name.toLowerCase())
      .executeTakeFirst();
    if (!agent) throw new AgentNotFound(name);
    const { rows } = await sql<{ api_key: string | null; is_first: boolean }>`
      with latest as (
        select campaign_id, agent_id, handed_out_at from operations.key_resets
        where agent_id = ${agent.id} and reset_at is not null
        order by reset_at desc limit 1 for update
      ), handed as (
        update operations.key_resets as resets set handed_out_at = ${this.#clock.now()} from latest
        where resets.campaign_id = latest.campaign_id and resets.agent_id = latest.agent_id
          and latest.handed_out_at is null
        returning resets.agent_id
      )
      select api_key, exists (select from handed) as is_first
      from latest join agents on agents.id = latest.agent_id`.execute(this.#database);
    const [row] = rows;
    if (!row?.api_key) throw new KeyNotReset();
    if (!row.is_first) throw new KeyHandedOut();
    return { agent: agent.name, apiKey: row.api_key };
  }
}
