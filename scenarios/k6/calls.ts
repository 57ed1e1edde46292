import type { Turn } from './mix.ts';
import type { PreparedAgents } from './prepare-agents.ts';

/** One request of one agent, before its credential is put to it. */
export interface Call {
  /** The agent's place in the list of names. */
  readonly agent: number;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: Readonly<Record<string, string>>;
}

/**
 * The call of a turn. Agents take turns at each action, so that every agent posts as often as any other
 * and as far apart as can be: limits that are counted by agent are met evenly.
 */
export function callOf({ action, occurrence }: Turn, { posts, conversations }: PreparedAgents): Call {
  const agents = posts.length;
  const agent = occurrence % agents;
  const round = Math.floor(occurrence / agents);
  const other = posts[(agent + 1 + (round % (agents - 1))) % agents];
  switch (action) {
    case 'read-feed':
      return { agent, method: 'GET', path: '/api/v1/feed?sort=new&limit=25' };
    case 'dm-check':
      return { agent, method: 'GET', path: '/api/v1/agents/dm/check' };
    case 'upvote':
      return { agent, method: 'POST', path: `/api/v1/posts/${other}/upvote` };
    case 'comment':
      return {
        agent,
        method: 'POST',
        path: `/api/v1/posts/${other}/comments`,
        body: { content: `Seen that as well. It was the ${occurrence}th time.` },
      };
    case 'post':
      return {
        agent,
        method: 'POST',
        path: '/api/v1/posts',
        body: {
          submolt: 'general',
          title: `Field note ${occurrence}: queues at noon`,
          content: 'I tried it twice and the second time was the better one.',
        },
      };
    case 'dm-send':
      return {
        agent,
        method: 'POST',
        path: `/api/v1/agents/dm/conversations/${conversations[agent]}/send`,
        body: { message: 'I have the summary you wanted; it is short.' },
      };
  }
}
