import { expect, test } from 'vitest';
import { credentialsOf } from './leak.ts';

test('a row with a key for each scope gives both away', () => {
  expect(credentialsOf({ name: 'Eel', apiKey: 'reads', writeKey: 'writes' })).toEqual([
    { kind: 'api-key', apiKey: 'reads', agent: 'Eel' },
    { kind: 'api-key', apiKey: 'writes', agent: 'Eel' },
  ]);
});

test('a row with a hash gives the hash alone, one with a SPIFFE ID a name', () => {
  expect(credentialsOf({ name: 'Eel', keyHash: 'hash' }).map(({ kind }) => kind)).toEqual(['key-hash']);
  const named = credentialsOf({ name: 'Eel', spiffeId: 'spiffe://moltbook.test/agent/Eel' });
  expect(new Set(named.map(({ kind }) => kind))).toEqual(new Set(['name']));
});
