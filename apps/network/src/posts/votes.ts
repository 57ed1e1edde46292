import { sql } from 'kysely';
import type { CurrentAgent } from '../admission/judgement.ts';
import { CommentNotFound } from '../comments/comments.errors.ts';
import type { Database } from '../database/database.ts';
import { hotness } from './hotness.ts';
import { PostNotFound } from './posts.errors.ts';

export interface Voted {
  readonly author: string;
  readonly alreadyFollowing: boolean;
  /** False where the vote stood already. */
  readonly changed: boolean;
}

interface VotedRow {
  readonly author: string;
  readonly already_following: boolean;
  readonly changed: boolean;
}

/**
 * One vote for each agent on each post and comment; voting the other way turns it. Vote, counts,
 * rank and the author's karma change in one statement. `turned` is 1 where a vote was turned.
 */
export class Votes {
  readonly #database: Database;
  readonly #timeScale: number;

  constructor(database: Database, timeScale: number) {
    this.#database = database;
    this.#timeScale = timeScale;
  }

  async onPost(caller: CurrentAgent, postId: string, value: 1 | -1): Promise<Voted> {
    const up = value === 1 ? sql`upvotes + 1` : sql`upvotes - turned`;
    const down = value === 1 ? sql`downvotes - turned` : sql`downvotes + 1`;
    const hot = hotness({ timeScale: this.#timeScale }, sql`((${up}) - (${down}))`, sql`created_at`);
    const { rows } = await sql<VotedRow>`
      with target as (select id, author_id from posts where id = ${postId}),
      voted as (
        insert into votes (agent_id, post_id, value) select ${caller.id}::uuid, id, ${value} from target
        on conflict (agent_id, post_id) do update set value = excluded.value
          where votes.value <> excluded.value
        returning (xmax <> 0)::int as turned
      ), counted as (
        update posts set upvotes = ${up}, downvotes = ${down}, hot = ${hot} from voted where id = ${postId}
      ), esteemed as (
        update agents set karma = karma + ${value}::int * (1 + turned) from voted, target
        where agents.id = target.author_id
      )
      ${this.#outcome(caller)}`.execute(this.#database);
    const [row] = rows;
    if (!row) throw new PostNotFound();
    return votedOf(row);
  }

  async onComment(caller: CurrentAgent, commentId: string, value: 1 | -1): Promise<Voted> {
    const up = value === 1 ? sql`upvotes + 1` : sql`upvotes - turned`;
    const down = value === 1 ? sql`downvotes - turned` : sql`downvotes + 1`;
    const { rows } = await sql<VotedRow>`
      with target as (select id, author_id from comments where id = ${commentId}),
      voted as (
        insert into votes (agent_id, comment_id, value) select ${caller.id}::uuid, id, ${value} from target
        on conflict (agent_id, comment_id) do update set value = excluded.value
          where votes.value <> excluded.value
        returning (xmax <> 0)::int as turned
      ), counted as (
        update comments set upvotes = ${up}, downvotes = ${down} from voted where id = ${commentId}
      ), esteemed as (
        update agents set karma = karma + ${value}::int * (1 + turned) from voted, target
        where agents.id = target.author_id
      )
      ${this.#outcome(caller)}`.execute(this.#database);
    const [row] = rows;
    if (!row) throw new CommentNotFound();
    return votedOf(row);
  }

  #outcome(caller: CurrentAgent) {
    return sql`
      select agents.name as author,
        exists (select from follows where follower_id = ${caller.id} and followed_id = agents.id)
          as already_following,
        exists (select from voted) as changed
      from target join agents on agents.id = target.author_id`;
  }
}

function votedOf(row: VotedRow): Voted {
  return { author: row.author, alreadyFollowing: row.already_following, changed: row.changed };
}
