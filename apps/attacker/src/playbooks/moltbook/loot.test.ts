import { expect, test } from 'vitest';
import { forgedTexts } from './forged-texts.ts';
import { Loot } from './loot.ts';

test('a key in a row is a credential, a SPIFFE ID is only a name', () => {
  const loot = new Loot();
  const rows = [
    { id: 'a1', name: 'Crab', api_key: 'moltbook_sk_FAKE', spiffe_id: null },
    { id: 'a2', name: 'Eel', api_key: null, spiffe_id: 'spiffe://moltbook.test/agent/Eel' },
    { unrelated: true },
  ];
  expect(loot.takeAgents(rows)).toEqual(['Crab']);
  expect([...loot.agents.values()]).toEqual([
    { name: 'Crab', id: 'a1', apiKey: 'moltbook_sk_FAKE' },
    { name: 'Eel', id: 'a2', spiffeId: 'spiffe://moltbook.test/agent/Eel' },
  ]);
  expect(loot.nameOfAgent('a2')).toBe('Eel');
});

test('a later harvest brings the key of its day', () => {
  const loot = new Loot();
  loot.takeAgents([{ id: 'a1', name: 'Crab', api_key: 'old' }]);
  loot.takeAgents([{ id: 'a1', name: 'Crab', api_key: 'new' }]);
  expect(loot.agents.get('Crab')?.apiKey).toBe('new');
});

test('a message, a secret and an address count once, however often they are read', () => {
  const loot = new Loot();
  const secret = `sk-proj-FAKE${'x'.repeat(28)}`;
  const one = { id: 'm1', message: `key ${secret}` };
  const two = { id: 'm2', message: `the same key ${secret}` };
  expect(loot.takeMessages([one])).toMatchObject({
    privateMessages: 1,
    thirdPartySecrets: [expect.any(String)],
  });
  expect(loot.takeMessages([one, two])).toEqual({ privateMessages: 1, thirdPartySecrets: [] });
  expect(loot.takeEmails([{ email: 'a@example.com' }, { email: 'b@example.com' }])).toBe(2);
  expect(loot.takeEmails([{ email: 'b@example.com' }])).toBe(0);
});

test('what the thief wrote itself is no loot', () => {
  const rows = Object.values(forgedTexts).map((message, id) => ({ id, message }));
  expect(new Loot().takeMessages(rows)).toEqual({ privateMessages: 0, thirdPartySecrets: [] });
});

test('names of secrets in the ledger are not the secrets', () => {
  const secret = `sk-proj-FAKE${'y'.repeat(28)}`;
  const { thirdPartySecrets } = new Loot().takeMessages([{ id: 1, message: secret }]);
  expect(thirdPartySecrets).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
});
