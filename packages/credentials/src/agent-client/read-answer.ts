import { z } from 'zod';
import type { AgentKeys } from '../scoped-key/present.ts';

/** What an agent looks for in Moltbook's answers; an answer of another shape holds none of it. */
const registered = z.object({
  agent: z.object({ api_key: z.string(), write_key: z.string().optional() }),
});
const posts = z.object({
  posts: z.array(
    z.object({
      id: z.string(),
      title: z.string().nullish(),
      content: z.string().nullish(),
      author: z.object({ name: z.string() }).nullish(),
    }),
  ),
});
const checked = z.object({ requests: z.object({ count: z.number() }) });
const conversation = z
  .object({ conversation_id: z.string().optional(), id: z.string().optional() })
  .transform((item) => item.conversation_id ?? item.id);
const listed = z.union([
  z.array(conversation),
  z.object({ items: z.array(conversation) }).transform((list) => list.items),
]);

export interface ListedPost {
  readonly id: string;
  readonly author: string | null;
  readonly title: string;
  readonly content: string;
}

/** The API key in the answer to a registration, where the arm has one. */
export function apiKeyIn(body: unknown): string | undefined {
  return registered.safeParse(body).data?.agent.api_key;
}

/** The same, with the second key where keys have scopes. */
export function agentKeysIn(body: unknown): AgentKeys | undefined {
  const agent = registered.safeParse(body).data?.agent;
  return agent && { apiKey: agent.api_key, writeKey: agent.write_key };
}

export function postsIn(body: unknown): ListedPost[] {
  const list = posts.safeParse(body).data?.posts ?? [];
  return list.map(({ id, author, title, content }) => ({
    id,
    author: author?.name ?? null,
    title: title ?? '',
    content: content ?? '',
  }));
}

/** How many requests for a conversation wait, in the answer of `dmCheck`. */
export function pendingRequestsIn(body: unknown): number | undefined {
  return checked.safeParse(body).data?.requests.count;
}

/** Conversations that wait for approval, in the answer of `dmRequests`. */
export function requestedConversationsIn(body: unknown): string[] {
  return conversationIds(z.object({ requests: listed }).safeParse(body).data?.requests);
}

export function conversationsIn(body: unknown): string[] {
  return conversationIds(z.object({ conversations: listed }).safeParse(body).data?.conversations);
}

const conversationIds = (ids: (string | undefined)[] = []) => ids.filter((id) => id !== undefined);
