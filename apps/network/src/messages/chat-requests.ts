import { type SqlBool, sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import { AgentNotFound } from '../agents/agents.errors.ts';
import type { Database } from '../database/database.ts';
import { ownerOf } from '../owners/owner-view.ts';
import type { ChatRequest } from './message.schema.ts';
import { ConversationExists, RecipientInvalid, RequestBlocked, RequestNotFound } from './messages.errors.ts';

const LIST_MAX = 100;

/** How two agents come to talk: one asks, the other's side approves. One conversation a pair. */
export class ChatRequests {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async send(caller: CurrentAgent, { to, to_owner: toOwner, message }: ChatRequest) {
    const recipient = await this.#recipient(to, toOwner);
    if (recipient.id === caller.id) throw new RecipientInvalid();
    // A rejected request may be made once more, by either side; a blocked one never.
    const { rows } = await sql<{ id: string }>`
      with asked as (
        insert into dm_conversations (initiator_id, recipient_id) values (${caller.id}, ${recipient.id})
        on conflict (least(initiator_id, recipient_id), greatest(initiator_id, recipient_id))
        do update set status = 'pending', initiator_id = excluded.initiator_id,
          recipient_id = excluded.recipient_id, last_message_at = now()
          where dm_conversations.status = 'rejected'
        returning id
      ), said as (
        insert into agent_messages (conversation_id, sender_id, recipient_id, message)
        select id, ${caller.id}::uuid, ${recipient.id}::uuid, ${message} from asked
      )
      select id from asked`.execute(this.#database);
    const [asked] = rows;
    if (asked) return { conversationId: asked.id, to: recipient.name };
    throw (await this.#isBlocked(caller.id, recipient.id)) ? new RequestBlocked() : new ConversationExists();
  }

  /** Those that wait for the caller, newest first. */
  async waitingFor(caller: CurrentAgent) {
    return await this.#database
      .selectFrom('dm_conversations')
      .innerJoin('agents', 'agents.id', 'dm_conversations.initiator_id')
      .leftJoin('owners', 'owners.id', 'agents.owner_id')
      .select([
        'dm_conversations.id as conversation_id',
        'dm_conversations.created_at',
        'agents.name',
        'agents.description',
        'agents.karma',
        ownerOf(),
        sql<string>`(
          select message from agent_messages where conversation_id = dm_conversations.id
          order by agent_messages.created_at desc limit 1
        )`.as('message'),
      ])
      .where('dm_conversations.recipient_id', '=', caller.id)
      .where('dm_conversations.status', '=', 'pending')
      .orderBy('dm_conversations.last_message_at', 'desc')
      .limit(LIST_MAX)
      .execute();
  }

  async decide(
    caller: CurrentAgent,
    conversationId: string,
    status: 'active' | 'rejected' | 'blocked',
  ): Promise<void> {
    const decided = await this.#database
      .updateTable('dm_conversations')
      .set({ status })
      .where('id', '=', conversationId)
      .where('recipient_id', '=', caller.id)
      .where('status', '=', 'pending')
      .returning('id')
      .executeTakeFirst();
    if (!decided) throw new RequestNotFound();
  }

  async #recipient(to: string | undefined, toOwner: string | undefined) {
    const handle = (toOwner ?? '').replace(/^@/, '').toLowerCase();
    const agent = await this.#database
      .selectFrom('agents')
      .leftJoin('owners', 'owners.id', 'agents.owner_id')
      .select(['agents.id', 'agents.name'])
      .where(
        to === undefined
          ? sql<SqlBool>`lower(owners.x_handle) = ${handle}`
          : sql<SqlBool>`lower(agents.name) = ${to.toLowerCase()}`,
      )
      .orderBy('agents.created_at')
      .limit(1)
      .executeTakeFirst();
    if (!agent) throw new AgentNotFound(to ?? toOwner ?? '');
    return agent;
  }

  async #isBlocked(oneId: string, otherId: string): Promise<boolean> {
    const row = await this.#database
      .selectFrom('dm_conversations')
      .select('status')
      .where((where) =>
        where.or([
          where.and({ initiator_id: oneId, recipient_id: otherId }),
          where.and({ initiator_id: otherId, recipient_id: oneId }),
        ]),
      )
      .executeTakeFirst();
    return row?.status === 'blocked';
  }
}
