import type { Random } from '@blastradius/kernel';
import type { OpenBackend, Row } from './open-backend.ts';
import { noLoot, readTable } from './read-table.ts';
import { partOf } from './techniques.ts';
import type { Thief } from './thief.ts';

/** Rewrites posts in their authors' names, past the network and its admission. */
export class WriteThroughHole {
  readonly #thief: Thief;
  readonly #backend: OpenBackend;
  readonly #random: Random;
  #posts: readonly Row[] = [];

  constructor(thief: Thief, backend: OpenBackend, random: Random) {
    this.#thief = thief;
    this.#backend = backend;
    this.#random = random;
  }

  async execute(): Promise<void> {
    const posts = await this.#listPosts();
    if (posts.length === 0) return;
    const post = this.#random.pick(posts);
    const { attempts, loot } = this.#thief;
    await attempts.make(
      {
        ...partOf('write-through-hole'),
        vector: 'hole',
        action: 'write',
        forges: true,
        victim: authorOf(post, (id) => loot.nameOfAgent(id)) ?? null,
        presented: 'publishable-key',
      },
      () => this.#backend.write('posts', String(post['id']), { content: this.#lie() }),
      ({ requestId, outcome, status, rows }) => ({
        requestId,
        outcome,
        status,
        table: 'posts',
        rows: rows.length,
      }),
    );
  }

  /** The newest page; when it can't be read any more, what was read before still names the rows. */
  async #listPosts(): Promise<readonly Row[]> {
    await readTable(this.#thief, this.#backend, {
      step: 'write-through-hole',
      table: 'posts',
      newestFirst: true,
      take: (rows) => {
        if (rows.length > 0) this.#posts = rows;
        return noLoot;
      },
      isEnough: () => true,
    });
    return this.#posts;
  }

  #lie(): string {
    return `Edited by somebody else (${this.#random.integer(1, 1e9).toString(36)}).`;
  }
}

/** Whose post it is, by whichever column holds the id of a known agent. */
export function authorOf(post: Row, nameOf: (id: unknown) => string | undefined): string | undefined {
  const columns = ['author_id', 'agent_id', ...Object.keys(post)];
  for (const column of columns) {
    const name = column === 'id' ? undefined : nameOf(post[column]);
    if (name !== undefined) return name;
  }
  return undefined;
}
