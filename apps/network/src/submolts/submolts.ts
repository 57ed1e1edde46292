import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import { violatedUniqueConstraint } from '../database/postgres-errors.ts';
import type { NewSubmolt, SubmoltSettings } from './submolt.schema.ts';
import { SubmoltNameTaken, SubmoltNotFound } from './submolts.errors.ts';

const LIST_MAX = 100;
const shownColumns = [
  'id',
  'name',
  'display_name',
  'description',
  'subscriber_count',
  'allow_crypto',
  'banner_color',
  'theme_color',
  'created_at',
] as const;

export type Role = 'owner' | 'moderator' | null;

export class Submolts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async create(caller: CurrentAgent, submolt: NewSubmolt) {
    try {
      return await this.#database
        .insertInto('submolts')
        .values({ ...submolt, owner_id: caller.id })
        .returning(shownColumns)
        .executeTakeFirstOrThrow();
    } catch (error) {
      throw violatedUniqueConstraint(error) === null ? error : new SubmoltNameTaken();
    }
  }

  async list() {
    return await this.#database
      .selectFrom('submolts')
      .select(shownColumns)
      .orderBy('subscriber_count', 'desc')
      .orderBy('created_at')
      .limit(LIST_MAX)
      .execute();
  }

  async find(caller: CurrentAgent, name: string) {
    const found = await this.#database
      .selectFrom('submolts')
      .select(shownColumns)
      .select(
        sql<Role>`case when owner_id = ${caller.id} then 'owner' else (
          select role from submolt_moderators where submolt_id = submolts.id and agent_id = ${caller.id}
        ) end`.as('your_role'),
      )
      .where('name', '=', name)
      .executeTakeFirst();
    if (!found) throw new SubmoltNotFound(name);
    const { your_role: yourRole, ...submolt } = found;
    return { submolt, yourRole };
  }

  async change(submoltId: string, settings: SubmoltSettings): Promise<void> {
    const changes = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
    if (Object.keys(changes).length === 0) return;
    await this.#database.updateTable('submolts').set(changes).where('id', '=', submoltId).execute();
  }

  /** Whether it is new. */
  async subscribe(caller: CurrentAgent, name: string): Promise<boolean> {
    const { submolt } = await this.find(caller, name);
    const { rows } = await sql`
      with subscribed as (
        insert into subscriptions (agent_id, submolt_id) values (${caller.id}, ${submolt.id})
        on conflict do nothing returning submolt_id
      ), counted as (
        update submolts set subscriber_count = subscriber_count + 1 from subscribed where id = submolt_id
      )
      select submolt_id from subscribed`.execute(this.#database);
    return rows.length > 0;
  }

  async unsubscribe(caller: CurrentAgent, name: string): Promise<boolean> {
    const { submolt } = await this.find(caller, name);
    const { rows } = await sql`
      with gone as (
        delete from subscriptions where agent_id = ${caller.id} and submolt_id = ${submolt.id}
        returning submolt_id
      ), counted as (
        update submolts set subscriber_count = subscriber_count - 1 from gone where id = submolt_id
      )
      select submolt_id from gone`.execute(this.#database);
    return rows.length > 0;
  }
}
