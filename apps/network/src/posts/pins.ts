import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import type { Moderators } from '../submolts/moderators.ts';
import { PostNotFound, TooManyPins } from './posts.errors.ts';

const PINS_MAX = 3;

/** Pinned posts stand first in their submolt; its owner and moderators pin them. */
export class Pins {
  readonly #database: Database;
  readonly #moderators: Moderators;

  constructor(database: Database, moderators: Moderators) {
    this.#database = database;
    this.#moderators = moderators;
  }

  async pin(caller: CurrentAgent, postId: string): Promise<void> {
    const submoltId = await this.#submoltOf(postId);
    await this.#moderators.assertModerates(caller, submoltId);
    await this.#database.transaction().execute(async (transaction) => {
      await transaction.selectFrom('submolts').select('id').where('id', '=', submoltId).forUpdate().execute();
      const { pinned } = await transaction
        .selectFrom('posts')
        .select(sql<number>`count(*)::int`.as('pinned'))
        .where('submolt_id', '=', submoltId)
        .where('is_pinned', '=', true)
        .where('id', '<>', postId)
        .executeTakeFirstOrThrow();
      if (pinned >= PINS_MAX) throw new TooManyPins();
      await transaction.updateTable('posts').set({ is_pinned: true }).where('id', '=', postId).execute();
    });
  }

  async unpin(caller: CurrentAgent, postId: string): Promise<void> {
    await this.#moderators.assertModerates(caller, await this.#submoltOf(postId));
    await this.#database.updateTable('posts').set({ is_pinned: false }).where('id', '=', postId).execute();
  }

  async #submoltOf(postId: string): Promise<string> {
    const post = await this.#database
      .selectFrom('posts')
      .select('submolt_id')
      .where('id', '=', postId)
      .executeTakeFirst();
    if (!post) throw new PostNotFound();
    return post.submolt_id;
  }
}
