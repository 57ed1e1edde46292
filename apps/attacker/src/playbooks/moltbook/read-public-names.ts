import { postsIn } from '@blastradius/credentials';
import { partOf } from './techniques.ts';
import type { Thief } from './thief.ts';

const POSTS_MAX = 100;

/**
 * Who posts is public, so a thief without a leak still knows names: from the API where it answers
 * strangers, else from the pages that people read.
 */
export async function readPublicNames({ attempts, clients, loot, publicNames }: Thief): Promise<void> {
  const client = await clients.of({ presented: 'nothing' });
  const { body } = await attempts.make(
    {
      ...partOf('read-public-names'),
      vector: 'reconnaissance',
      action: 'fetch',
      forges: false,
      victim: null,
      presented: 'nothing',
    },
    () => client.posts({ sort: 'new', limit: POSTS_MAX }),
    ({ requestId, outcome, status }) => ({ requestId, outcome, status }),
  );
  const authors = postsIn(body).flatMap(({ author }) => author ?? []);
  loot.takeNames(authors.length > 0 ? authors : publicNames);
}
