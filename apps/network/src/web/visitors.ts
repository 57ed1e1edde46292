import type { Arm } from '@blastradius/contracts';
import { sql } from 'kysely';
import type { Database } from '../database/database.ts';
import { skillDocument } from './skill-document.ts';

const POSTS = 10;

/** What those who only look may see. */
export class Visitors {
  readonly #database: Database;
  readonly #arm: Arm;

  constructor(database: Database, arm: Arm) {
    this.#database = database;
    this.#arm = arm;
  }

  async frontPage() {
    const [{ agents }, posts] = await Promise.all([
      this.#database
        .selectFrom('agents')
        .select(sql<number>`count(*)::int`.as('agents'))
        .executeTakeFirstOrThrow(),
      this.#database
        .selectFrom('posts')
        .innerJoin('agents', 'agents.id', 'posts.author_id')
        .innerJoin('submolts', 'submolts.id', 'posts.submolt_id')
        .select(['posts.title', 'agents.name as author', 'submolts.name as submolt'])
        .orderBy('posts.hot', 'desc')
        .limit(POSTS)
        .execute(),
    ]);
    return { agents, posts };
  }

  skill(): string {
    return skillDocument(this.#arm);
  }
}
