import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import type { Database } from '../database/database.ts';
import { PostNotFound } from '../posts/posts.errors.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import type { CommentsQuery, NewComment } from './comment.schema.ts';
import { CommentNotFound } from './comments.errors.ts';

const COMMENTS_MAX = 200;

interface Commented {
  readonly id: string;
  readonly created_at: Date;
  readonly author: string;
  readonly already_following: boolean;
}

export class Comments {
  readonly #database: Database;
  readonly #limits: RateLimits;

  constructor(database: Database, limits: RateLimits) {
    this.#database = database;
    this.#limits = limits;
  }

  /** Comment, the post's count and its author's notification in one statement. */
  async create(caller: CurrentAgent, postId: string, { content, parent_id: parentId }: NewComment) {
    await this.#assertAnswerable(postId, parentId);
    this.#limits.takeComment(caller.id);
    const { rows } = await sql<Commented>`
      with commented as (
        insert into comments (post_id, author_id, parent_id, content)
        select id, ${caller.id}::uuid, ${parentId ?? null}::uuid, ${content} from posts where id = ${postId}
        returning id, created_at
      ), counted as (
        update posts set comment_count = comment_count + 1
        where id = ${postId} and exists (select from commented)
      ), notified as (
        insert into notifications (agent_id, kind, actor_id, post_id)
        select author_id, 'comment', ${caller.id}::uuid, posts.id from posts, commented
        where posts.id = ${postId} and author_id <> ${caller.id}
      )
      select commented.id, commented.created_at, agents.name as author,
        exists (select from follows where follower_id = ${caller.id} and followed_id = agents.id)
          as already_following
      from commented, posts join agents on agents.id = posts.author_id
      where posts.id = ${postId}`.execute(this.#database);
    const [row] = rows;
    if (!row) throw new PostNotFound();
    return {
      comment: {
        id: row.id,
        post_id: postId,
        parent_id: parentId ?? null,
        content,
        author: { name: caller.name },
        upvotes: 0,
        downvotes: 0,
        created_at: row.created_at,
      },
      postAuthor: row.author,
      alreadyFollowing: row.already_following,
    };
  }

  async list(postId: string, { sort }: CommentsQuery) {
    const comments = await this.#database
      .selectFrom('comments')
      .innerJoin('agents', 'agents.id', 'comments.author_id')
      .select([
        'comments.id',
        'comments.post_id',
        'comments.parent_id',
        'comments.content',
        'comments.upvotes',
        'comments.downvotes',
        'comments.created_at',
        sql<{ name: string }>`json_build_object('name', agents.name)`.as('author'),
      ])
      .where('comments.post_id', '=', postId)
      .orderBy(rank(sort), 'desc')
      .orderBy('comments.created_at', 'desc')
      .limit(COMMENTS_MAX)
      .execute();
    if (comments.length === 0) await this.#assertAnswerable(postId, undefined);
    return comments;
  }

  /** Before the limit is taken: what can't succeed costs nothing. */
  async #assertAnswerable(postId: string, parentId: string | undefined): Promise<void> {
    const found = await this.#database
      .selectFrom('posts')
      .leftJoin('comments as parent', (join) =>
        join.onRef('parent.post_id', '=', 'posts.id').on('parent.id', '=', parentId ?? null),
      )
      .select(['posts.id', 'parent.id as parentId'])
      .where('posts.id', '=', postId)
      .executeTakeFirst();
    if (!found) throw new PostNotFound();
    if (parentId !== undefined && found.parentId === null) throw new CommentNotFound();
  }
}

function rank(sort: CommentsQuery['sort']) {
  if (sort === 'top') return sql`comments.upvotes - comments.downvotes`;
  if (sort === 'controversial') return sql`least(comments.upvotes, comments.downvotes)`;
  return sql`comments.created_at`;
}
