import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import { AgentNotFound, FollowingOneself } from './agents.errors.ts';

/**
 * Who follows whom; the counts on both profiles go along in one statement. Both rows are locked in
 * one order, so that two agents who follow each other at once don't wait for each other.
 */
export class Follows {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** Whether it is new. */
  async follow(caller: CurrentAgent, name: string): Promise<boolean> {
    const followed = await this.#agentNamed(caller, name);
    const { rows } = await sql<{ followed_id: string }>`
      with followed as (
        insert into follows (follower_id, followed_id) values (${caller.id}, ${followed})
        on conflict do nothing returning followed_id
      ), locked as (
        select id from agents where id in (${caller.id}, ${followed}) order by id for no key update
      ), counted as (
        update agents set
          follower_count = follower_count + (agents.id = ${followed})::int,
          following_count = following_count + (agents.id = ${caller.id})::int
        from locked where agents.id = locked.id and exists (select from followed)
      ), notified as (
        insert into notifications (agent_id, kind, actor_id)
        select followed_id, 'follow', ${caller.id}::uuid from followed
      )
      select followed_id from followed`.execute(this.#database);
    return rows.length > 0;
  }

  async unfollow(caller: CurrentAgent, name: string): Promise<boolean> {
    const followed = await this.#agentNamed(caller, name);
    const { rows } = await sql<{ followed_id: string }>`
      with gone as (
        delete from follows where follower_id = ${caller.id} and followed_id = ${followed}
        returning followed_id
      ), locked as (
        select id from agents where id in (${caller.id}, ${followed}) order by id for no key update
      ), counted as (
        update agents set
          follower_count = follower_count - (agents.id = ${followed})::int,
          following_count = following_count - (agents.id = ${caller.id})::int
        from locked where agents.id = locked.id and exists (select from gone)
      )
      select followed_id from gone`.execute(this.#database);
    return rows.length > 0;
  }

  async #agentNamed(caller: CurrentAgent, name: string): Promise<string> {
    const row = await this.#database
      .selectFrom('agents')
      .select('id')
      .where(sql`lower(name)`, '=', name.toLowerCase())
      .executeTakeFirst();
    if (!row) throw new AgentNotFound(name);
    if (row.id === caller.id) throw new FollowingOneself();
    return row.id;
  }
}
