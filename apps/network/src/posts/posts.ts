import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { SubmoltNotFound } from '../submolts/submolts.errors.ts';
import { hotness } from './hotness.ts';
import type { NewPost } from './post.schema.ts';
import { selectPosts } from './post-view.ts';
import { NotYourPost, PostNotFound } from './posts.errors.ts';

export class Posts {
  readonly #database: Database;
  readonly #limits: RateLimits;
  readonly #timeScale: number;

  constructor(database: Database, limits: RateLimits, timeScale: number) {
    this.#database = database;
    this.#limits = limits;
    this.#timeScale = timeScale;
  }

  async create(caller: CurrentAgent, { submolt, title, content, url }: NewPost) {
    const found = await this.#database
      .selectFrom('submolts')
      .select(['id', 'display_name'])
      .where('name', '=', submolt)
      .executeTakeFirst();
    if (!found) throw new SubmoltNotFound(submolt);
    // Only now: an attempt that could not succeed does not cost the half-hour.
    this.#limits.takePost(caller.id);
    const post = await this.#database
      .insertInto('posts')
      .values({
        author_id: caller.id,
        submolt_id: found.id,
        title,
        content: content ?? null,
        url: url ?? null,
        hot: hotness({ timeScale: this.#timeScale }, sql`0`, sql`now()`),
      })
      .returning(['id', 'title', 'content', 'url', 'upvotes', 'downvotes', 'comment_count', 'created_at'])
      .executeTakeFirstOrThrow();
    return {
      ...post,
      author: { name: caller.name },
      submolt: { name: submolt, display_name: found.display_name },
    };
  }

  async find(id: string) {
    const post = await selectPosts(this.#database).where('posts.id', '=', id).executeTakeFirst();
    if (!post) throw new PostNotFound();
    return post;
  }

  async recentOf(authorId: string) {
    return await selectPosts(this.#database)
      .where('posts.author_id', '=', authorId)
      .orderBy('posts.created_at', 'desc')
      .limit(10)
      .execute();
  }

  async delete(caller: CurrentAgent, id: string): Promise<void> {
    const gone = await this.#database
      .deleteFrom('posts')
      .where('id', '=', id)
      .where('author_id', '=', caller.id)
      .returning('id')
      .executeTakeFirst();
    if (gone) return;
    await this.find(id);
    throw new NotYourPost();
  }
}
