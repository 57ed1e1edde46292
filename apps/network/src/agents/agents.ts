import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { ownerOf } from '../owners/owner-view.ts';
import type { ProfileChange } from './agent.schema.ts';
import { AgentNotFound } from './agents.errors.ts';

/** Profiles: what anyone may know of an agent. */
export class Agents {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async profile(name: string) {
    const row = await this.#profiles()
      .where(sql`lower(agents.name)`, '=', name.toLowerCase())
      .executeTakeFirst();
    if (!row) throw new AgentNotFound(name);
    return row;
  }

  async me(agentId: string) {
    return await this.#profiles()
      .select('agents.metadata')
      .where('agents.id', '=', agentId)
      .executeTakeFirstOrThrow();
  }

  async status(agentId: string): Promise<'claimed' | 'pending_claim'> {
    const { is_claimed } = await this.#database
      .selectFrom('agents')
      .select('is_claimed')
      .where('id', '=', agentId)
      .executeTakeFirstOrThrow();
    return is_claimed ? 'claimed' : 'pending_claim';
  }

  async change(agentId: string, { description, metadata }: ProfileChange): Promise<void> {
    await this.#database
      .updateTable('agents')
      .set({
        ...(description === undefined ? {} : { description }),
        ...(metadata === undefined ? {} : { metadata: JSON.stringify(metadata) }),
      })
      .where('id', '=', agentId)
      .execute();
  }

  /** Neither key nor claim token is ever selected here. */
  #profiles() {
    return this.#database
      .selectFrom('agents')
      .leftJoin('owners', 'owners.id', 'agents.owner_id')
      .select([
        'agents.id',
        'agents.name',
        'agents.description',
        'agents.karma',
        'agents.follower_count',
        'agents.following_count',
        'agents.is_claimed',
        'agents.is_active',
        'agents.created_at',
        'agents.last_active',
        ownerOf(),
      ]);
  }
}
