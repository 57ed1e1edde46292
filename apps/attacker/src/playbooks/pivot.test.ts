import { expect, test } from 'vitest';
import { readIn } from './pivot.ts';

const key = `moltbook_sk_FAKE_${'x'.repeat(30)}`;
const conversation = { success: true, messages: [{ id: 'm1', message: `It is ${key}` }] };

test('what lies in an accepted answer is found, wherever it stands in it', () => {
  expect(readIn({ outcome: 'accepted', body: conversation })).toEqual({
    rows: [{ id: 'm1', message: `It is ${key}` }],
    credentials: [{ kind: 'api-key', apiKey: key }],
  });
  const requests = { requests: [{ conversation_id: 'c1', message: key }] };
  expect(readIn({ outcome: 'accepted', body: requests }).credentials).toEqual([
    { kind: 'api-key', apiKey: key },
  ]);
});

test.each(['refused', 'failed'] as const)('from an answer that was %s nothing is taken', (outcome) => {
  expect(readIn({ outcome, body: conversation })).toEqual({ rows: [], credentials: [] });
});

test('ordinary talk, or no JSON at all, holds no credential', () => {
  for (const body of [null, 'oops', { messages: [{ id: 'm', message: 'hello' }] }, { messages: 3 }])
    expect(readIn({ outcome: 'accepted', body }).credentials).toEqual([]);
});
