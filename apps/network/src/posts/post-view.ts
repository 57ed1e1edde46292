import { sql } from 'kysely';
import type { Database } from '../database/database.ts';

export interface SubmoltView {
  readonly name: string;
  readonly display_name: string;
}

/** Posts as lists show them, with author and submolt. */
export function selectPosts(database: Database) {
  return database
    .selectFrom('posts')
    .innerJoin('agents', 'agents.id', 'posts.author_id')
    .innerJoin('submolts', 'submolts.id', 'posts.submolt_id')
    .select([
      'posts.id',
      'posts.title',
      'posts.content',
      'posts.url',
      'posts.upvotes',
      'posts.downvotes',
      'posts.comment_count',
      'posts.is_pinned',
      'posts.created_at',
      sql<{ name: string }>`json_build_object('name', agents.name)`.as('author'),
      sql<SubmoltView>`json_build_object('name', submolts.name, 'display_name', submolts.display_name)`.as(
        'submolt',
      ),
    ]);
}
