import type { Arm } from '@blastradius/contracts';
import type { AgentKeys } from '@blastradius/credentials';
import type { Clock } from '@blastradius/kernel';
import { sql } from 'kysely';
import { AgentNotFound } from '../agents/agents.errors.ts';
import { createStaticKey } from '../agents/issue-secrets.ts';
import { storedKeyOf } from '../agents/stored-key-of.ts';
import type { Database } from '../database/database.ts';
import { KeyHandedOut, KeyInVault, KeyNotReset } from './operator.errors.ts';

/**
 * The new key of an agent, once, for the owner who asks for it. Where only hashes are kept, nobody can
 * read the key that the reset has set: the owner's is made as it is handed out.
 */
export class HandOutKey {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #arm: Arm;

  constructor(database: Database, clock: Clock, arm: Arm) {
    this.#database = database;
    this.#clock = clock;
    this.#arm = arm;
  }

  async execute(name: string): Promise<{ agent: string } & AgentKeys> {
    if (this.#arm === 'vaulted-key') throw new KeyInVault();
    const agent = await this.#database
      .selectFrom('agents')
      .select(['id', 'name'])
      .where(sql`lower(name)`, '=', name.toLowerCase())
      .executeTakeFirst();
    if (!agent) throw new AgentNotFound(name);
    return { agent: agent.name, ...(await this.#handOut(agent.id)) };
  }

  #handOut(agentId: string): Promise<AgentKeys> {
    return this.#database.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ api_key: string | null; write_key: string | null; is_first: boolean }>`
        with latest as (
          select campaign_id, agent_id, handed_out_at from operations.key_resets
          where agent_id = ${agentId} and reset_at is not null
          order by reset_at desc limit 1 for update
        ), handed as (
          update operations.key_resets as resets set handed_out_at = ${this.#clock.now()} from latest
          where resets.campaign_id = latest.campaign_id and resets.agent_id = latest.agent_id
            and latest.handed_out_at is null
          returning resets.agent_id
        )
        select api_key, write_key, exists (select from handed) as is_first
        from latest join agents on agents.id = latest.agent_id`.execute(transaction);
      const [row] = rows;
      if (!row?.api_key) throw new KeyNotReset();
      if (!row.is_first) throw new KeyHandedOut();
      const { api_key: kept, write_key: writeKey } = row;
      if (storedKeyOf(this.#arm)(kept) === kept) return { apiKey: kept, ...(writeKey ? { writeKey } : {}) };
      const apiKey = createStaticKey();
      await transaction
        .updateTable('agents')
        .set({ api_key: storedKeyOf(this.#arm)(apiKey) })
        .where('id', '=', agentId)
        .execute();
      return { apiKey };
    });
  }
}
