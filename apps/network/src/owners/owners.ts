import { sql } from 'kysely';
import { AgentNotFound } from '../agents/agents.errors.ts';
import type { Database } from '../database/database.ts';
import type { OwnerDetails } from './owner.schema.ts';

/** The people behind the agents. Many agents may have one owner. */
export class Owners {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Makes the owner if need be, and the agent theirs. What is known of an owner is not overwritten. */
  async link(agentName: string, { x_handle: handle, x_name: name, email }: OwnerDetails): Promise<void> {
    const { rows } = await sql`
      with agent as (select id from agents where lower(name) = ${agentName.toLowerCase()}),
      owner as (
        insert into owners (x_handle, x_name, email)
        select ${handle}, ${name ?? handle}, ${email ?? null} from agent
        on conflict (x_handle) do update set email = coalesce(owners.email, excluded.email)
        returning id
      ), verified as (
        insert into identity_verifications (owner_id, agent_id, x_handle, status)
        select owner.id, agent.id, ${handle}, 'verified' from owner, agent
      )
      update agents set owner_id = owner.id, is_claimed = true from owner, agent
      where agents.id = agent.id
      returning agents.id`.execute(this.#database);
    if (rows.length === 0) throw new AgentNotFound(agentName);
  }
}
