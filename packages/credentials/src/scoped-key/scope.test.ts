import { expect, test } from 'vitest';
import { presentScopedKeys } from './present.ts';
import { scopeNeededBy } from './scope.ts';

test.each(['GET', 'HEAD'])('%s only reads', (method) => {
  expect(scopeNeededBy(method)).toBe('read');
});

test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'get', 'anything'])('%s writes', (method) => {
  expect(scopeNeededBy(method)).toBe('write');
});

test('an agent shows the key that may write only where it writes', async () => {
  const keys = { apiKey: 'moltbook_sk_read', writeKey: 'moltbook_sk_write' };
  const presenter = presentScopedKeys({ keys, trust: { kind: 'anyone' } });
  expect(await presenter.headers('https://x/api/v1/feed', 'GET')).toEqual({
    authorization: 'Bearer moltbook_sk_read',
  });
  expect(await presenter.headers('https://x/api/v1/posts', 'POST')).toEqual({
    authorization: 'Bearer moltbook_sk_write',
  });
  await presenter.close();
});
