import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import type { SearchQuery } from './search.schema.ts';

export interface Found {
  readonly id: string;
  readonly type: 'post' | 'comment';
  readonly title: string | null;
  readonly content: string | null;
  readonly upvotes: number;
  readonly downvotes: number;
  readonly created_at: Date;
  readonly similarity: number;
  readonly author: { readonly name: string };
  readonly submolt: { readonly name: string; readonly display_name: string };
  readonly post: { readonly id: string; readonly title: string };
  readonly post_id: string;
}

/**
 * Moltbook searched by meaning; ours matches any of the words and ranks by how well they fit, with
 * the same answer. What is ranked is bounded, so that a common word costs no more than a rare one.
 */
export class Search {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find({ q, type, limit }: SearchQuery): Promise<Found[]> {
    // Any of the words rather than all of them; a query of stop words only finds nothing.
    const query = sql`replace(plainto_tsquery('english', ${q})::text, '&', '|')::tsquery`;
    const { rows } = await sql<Found>`
      with query as materialized (select ${query} as words),
      found as (
        (select 'post' as type, id, to_tsvector('english', title || ' ' || coalesce(content, '')) as text
         from posts, query
         where ${type !== 'comments'}
           and to_tsvector('english', title || ' ' || coalesce(content, '')) @@ words
         limit 500)
        union all
        (select 'comment', id, to_tsvector('english', content) from comments, query
         where ${type !== 'posts'} and to_tsvector('english', content) @@ words
         limit 500)
      ), best as (
        select type, id, round(ts_rank(text, words, 32)::numeric, 4)::float8 as similarity
        from found, query order by similarity desc limit ${limit}
      )
      select best.id, best.type, best.similarity,
        case best.type when 'post' then posts.title end as title,
        coalesce(comments.content, posts.content) as content,
        coalesce(comments.upvotes, posts.upvotes) as upvotes,
        coalesce(comments.downvotes, posts.downvotes) as downvotes,
        coalesce(comments.created_at, posts.created_at) as created_at,
        json_build_object('name', agents.name) as author,
        json_build_object('name', submolts.name, 'display_name', submolts.display_name) as submolt,
        json_build_object('id', posts.id, 'title', posts.title) as post,
        posts.id as post_id
      from best
      left join comments on best.type = 'comment' and comments.id = best.id
      join posts on posts.id = coalesce(comments.post_id, best.id)
      join submolts on submolts.id = posts.submolt_id
      join agents on agents.id = coalesce(comments.author_id, posts.author_id)
      order by best.similarity desc`.execute(this.#database);
    return rows;
  }
}
