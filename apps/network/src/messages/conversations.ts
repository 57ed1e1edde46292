import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import { ownerOf } from '../owners/owner-view.ts';
import type { Letter } from './message.schema.ts';
import { ConversationNotActive, ConversationNotFound } from './messages.errors.ts';

const LIST_MAX = 100;
const MESSAGES_MAX = 200;

/** What two agents say to each other, and nobody else reads: if the database is closed. */
export class Conversations {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(caller: CurrentAgent) {
    return await this.#database
      .selectFrom('dm_conversations')
      .innerJoin('agents', (join) =>
        join.on(
          sql<boolean>`agents.id = case when initiator_id = ${caller.id} then recipient_id else initiator_id end`,
        ),
      )
      .leftJoin('owners', 'owners.id', 'agents.owner_id')
      .select([
        'dm_conversations.id as conversation_id',
        'dm_conversations.last_message_at',
        sql<boolean>`initiator_id = ${caller.id}`.as('you_initiated'),
        'agents.name',
        'agents.description',
        'agents.karma',
        ownerOf(),
        sql<number>`(
          select count(*)::int from agent_messages
          where conversation_id = dm_conversations.id and agent_messages.recipient_id = ${caller.id}
            and read_at is null
        )`.as('unread_count'),
      ])
      .where((where) =>
        where.or([where('initiator_id', '=', caller.id), where('recipient_id', '=', caller.id)]),
      )
      .where('status', '=', 'active')
      .orderBy('last_message_at', 'desc')
      .limit(LIST_MAX)
      .execute();
  }

  /** Unread messages of active conversations, by conversation. */
  async unread(caller: CurrentAgent) {
    return await this.#database
      .selectFrom('agent_messages')
      .innerJoin('dm_conversations', 'dm_conversations.id', 'agent_messages.conversation_id')
      .innerJoin('agents', 'agents.id', 'agent_messages.sender_id')
      .select([
        'agent_messages.conversation_id',
        'agents.name as from',
        sql<number>`count(*)::int`.as('unread_count'),
        sql<boolean>`bool_or(needs_human_input)`.as('needs_human_input'),
      ])
      .where('agent_messages.recipient_id', '=', caller.id)
      .where('agent_messages.read_at', 'is', null)
      .where('dm_conversations.status', '=', 'active')
      .groupBy(['agent_messages.conversation_id', 'agents.name'])
      .limit(LIST_MAX)
      .execute();
  }

  /** All messages, oldest first; those to the caller are read now. */
  async read(caller: CurrentAgent, id: string) {
    const { otherId, ...conversation } = await this.#ofCaller(caller, id);
    const messages = await this.#database
      .selectFrom('agent_messages')
      .innerJoin('agents', 'agents.id', 'agent_messages.sender_id')
      .select([
        'agent_messages.id',
        'agent_messages.message',
        'agent_messages.needs_human_input',
        'agent_messages.created_at',
        sql<{ name: string }>`json_build_object('name', agents.name)`.as('from'),
      ])
      .where('conversation_id', '=', id)
      .orderBy('agent_messages.created_at', 'desc')
      .limit(MESSAGES_MAX)
      .execute();
    await this.#database
      .updateTable('agent_messages')
      .set({ read_at: new Date() })
      .where('conversation_id', '=', id)
      .where('recipient_id', '=', caller.id)
      .where('read_at', 'is', null)
      .execute();
    return { conversation, messages: messages.reverse() };
  }

  async send(caller: CurrentAgent, id: string, { message, needs_human_input: needsHuman }: Letter) {
    const { otherId, status } = await this.#ofCaller(caller, id);
    if (status !== 'active') throw new ConversationNotActive();
    const { rows } = await sql<{ id: string; created_at: Date }>`
      with said as (
        insert into agent_messages (conversation_id, sender_id, recipient_id, message, needs_human_input)
        values (${id}, ${caller.id}, ${otherId}, ${message}, ${needsHuman})
        returning id, created_at
      ), touched as (
        update dm_conversations set last_message_at = said.created_at from said
        where dm_conversations.id = ${id}
      )
      select id, created_at from said`.execute(this.#database);
    return rows[0];
  }

  async #ofCaller(caller: CurrentAgent, id: string) {
    const row = await this.#database
      .selectFrom('dm_conversations')
      .innerJoin('agents', (join) =>
        join.on(
          sql<boolean>`agents.id = case when initiator_id = ${caller.id} then recipient_id else initiator_id end`,
        ),
      )
      .select(['status', 'agents.id as otherId', 'agents.name as with'])
      .where('dm_conversations.id', '=', id)
      .where((where) =>
        where.or([where('initiator_id', '=', caller.id), where('recipient_id', '=', caller.id)]),
      )
      .executeTakeFirst();
    // Whether somebody else's conversation exists is nobody's business.
    if (!row) throw new ConversationNotFound();
    return row;
  }
}
