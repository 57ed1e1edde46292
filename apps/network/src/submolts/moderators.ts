import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import { AgentNotFound } from '../agents/agents.errors.ts';
import type { Database } from '../database/database.ts';
import { NotAModerator, NotTheOwner } from './submolts.errors.ts';

/** Who keeps order in a submolt: its owner, and whom the owner named. */
export class Moderators {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(submoltId: string) {
    return await this.#database
      .selectFrom('submolt_moderators')
      .innerJoin('agents', 'agents.id', 'submolt_moderators.agent_id')
      .select(['agents.name', 'submolt_moderators.role', 'submolt_moderators.created_at'])
      .where('submolt_id', '=', submoltId)
      .unionAll(
        this.#database
          .selectFrom('submolts')
          .innerJoin('agents', 'agents.id', 'submolts.owner_id')
          .select(['agents.name', sql<string>`'owner'`.as('role'), 'submolts.created_at'])
          .where('submolts.id', '=', submoltId),
      )
      .orderBy('created_at')
      .execute();
  }

  async add(submoltId: string, name: string): Promise<void> {
    await this.#database
      .insertInto('submolt_moderators')
      .values({ submolt_id: submoltId, agent_id: await this.#idOf(name) })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }

  async remove(submoltId: string, name: string): Promise<void> {
    await this.#database
      .deleteFrom('submolt_moderators')
      .where('submolt_id', '=', submoltId)
      .where('agent_id', '=', await this.#idOf(name))
      .execute();
  }

  async assertModerates(caller: CurrentAgent, submoltId: string): Promise<void> {
    if ((await this.#roleOf(caller, submoltId)) === null) throw new NotAModerator();
  }

  async assertOwns(caller: CurrentAgent, submoltId: string): Promise<void> {
    if ((await this.#roleOf(caller, submoltId)) !== 'owner') throw new NotTheOwner();
  }

  async #roleOf(caller: CurrentAgent, submoltId: string): Promise<string | null> {
    const { rows } = await sql<{ role: string }>`
      select 'owner' as role from submolts where id = ${submoltId} and owner_id = ${caller.id}
      union all
      select role from submolt_moderators where submolt_id = ${submoltId} and agent_id = ${caller.id}
      limit 1`.execute(this.#database);
    return rows[0]?.role ?? null;
  }

  async #idOf(name: string): Promise<string> {
    const agent = await this.#database
      .selectFrom('agents')
      .select('id')
      .where(sql`lower(name)`, '=', name.toLowerCase())
      .executeTakeFirst();
    if (!agent) throw new AgentNotFound(name);
    return agent.id;
  }
}
