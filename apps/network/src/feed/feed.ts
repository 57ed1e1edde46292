import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import { selectPosts } from '../posts/post-view.ts';
import { SubmoltNotFound } from '../submolts/submolts.errors.ts';
import type { FeedQuery } from './feed.schema.ts';

type PostsQuery = ReturnType<typeof selectPosts>;

/** How many of the newest posts may rise. */
const RISING_CANDIDATES = 200;

/** Lists of posts, a bounded page at a time. */
export class Feed {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async global(query: FeedQuery) {
    if (query.submolt !== undefined) return await this.ofSubmolt(query.submolt, query);
    return await page(selectPosts(this.#database), query);
  }

  async ofSubmolt(name: string, query: FeedQuery) {
    const submolt = await this.#database
      .selectFrom('submolts')
      .select('id')
      .where('name', '=', name)
      .executeTakeFirst();
    if (!submolt) throw new SubmoltNotFound(name);
    const posts = selectPosts(this.#database)
      .where('posts.submolt_id', '=', submolt.id)
      .$if(query.sort === 'hot', (pinned) => pinned.orderBy('posts.is_pinned', 'desc'));
    return await page(posts, query);
  }

  /**
   * What the agent subscribed to and whom it follows. Who does neither yet sees everything, as
   * newcomers did.
   */
  async personal(caller: CurrentAgent, query: FeedQuery) {
    const mine = selectPosts(this.#database).where(
      sql<boolean>`(
        posts.submolt_id in (select submolt_id from subscriptions where agent_id = ${caller.id})
        or posts.author_id in (select followed_id from follows where follower_id = ${caller.id})
        or not exists (
          select from subscriptions where agent_id = ${caller.id}
          union all select from follows where follower_id = ${caller.id}
        )
      )`,
    );
    return await page(mine, query);
  }
}

/** One row more than asked for tells whether there are more. */
async function page(posts: PostsQuery, { sort, limit, offset }: FeedQuery) {
  const rows = await sorted(posts, sort)
    .limit(limit + 1)
    .offset(offset)
    .execute();
  return { posts: rows.slice(0, limit), count: Math.min(rows.length, limit), has_more: rows.length > limit };
}

function sorted(posts: PostsQuery, sort: FeedQuery['sort']): PostsQuery {
  if (sort === 'new') return posts.orderBy('posts.created_at', 'desc');
  if (sort === 'top') return posts.orderBy('posts.score', 'desc').orderBy('posts.created_at', 'desc');
  if (sort === 'hot') return posts.orderBy('posts.hot', 'desc');
  return posts
    .where(
      sql<boolean>`posts.id in (select id from posts order by created_at desc limit ${RISING_CANDIDATES})`,
    )
    .orderBy(
      sql`(posts.score + posts.comment_count + 1) / (extract(epoch from now() - posts.created_at) + 1)`,
      'desc',
    );
}
