import { expect, test } from 'vitest';
import {
  apiKeyIn,
  conversationsIn,
  pendingRequestsIn,
  postsIn,
  requestedConversationsIn,
} from './read-answer.ts';

test('reads the answers that Moltbook gives', () => {
  expect(apiKeyIn({ success: true, agent: { api_key: 'moltbook_sk_FAKE' } })).toBe('moltbook_sk_FAKE');
  expect(postsIn({ posts: [{ id: 'p1', title: 't', author: { name: 'Crab' } }, { id: 'p2' }] })).toEqual([
    { id: 'p1', author: 'Crab', title: 't', content: '' },
    { id: 'p2', author: null, title: '', content: '' },
  ]);
  expect(pendingRequestsIn({ requests: { count: 2, items: [] } })).toBe(2);
  expect(requestedConversationsIn({ requests: [{ conversation_id: 'c1' }] })).toEqual(['c1']);
  expect(requestedConversationsIn({ requests: { items: [{ conversation_id: 'c1' }] } })).toEqual(['c1']);
  expect(conversationsIn({ conversations: { count: 1, items: [{ id: 'c2' }] } })).toEqual(['c2']);
});

test('finds nothing in an answer of another shape', () => {
  for (const body of [null, 'oops', {}, { agent: { api_key: null } }, { posts: [{}] }, { requests: 1 }]) {
    expect(apiKeyIn(body)).toBeUndefined();
    expect(postsIn(body)).toEqual([]);
    expect(requestedConversationsIn(body)).toEqual([]);
    expect(conversationsIn(body)).toEqual([]);
  }
});
